import type { TableState } from '../../lake/commit.ts';
import { HISTORY_COLUMNS } from '../../layout/history-columns.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import { partitionTemplate } from '../../layout/object-key.ts';
import type { BuildOutput, BuildRequest, BuildStage } from '../../ports/sql-engine.ts';
import { forBoth } from '../../sql/render.ts';
import type { BuildStep } from '../../steps/step.ts';
import { batchOrder, timedBatchOrder } from '../changelog.ts';
import { batchesOf, changedInputs, type InputTable, inputVersions, isPastSnapshot, publishedRelation } from '../inputs.ts';
import { reasonToBuild } from '../staleness.ts';
import { type CleaningSources, planEventSources, planSnapshotSources } from './cleaning-sources.ts';
import type { SilverDataset, SilverSql } from './silver-dataset.ts';

/** Decides what must be built of a silver dataset for a run of `day`: nothing if it is current. */
export function planSilver(
  dataset: SilverDataset,
  state: TableState,
  inputs: readonly InputTable[],
  day: LogicalDate,
): BuildStep | undefined {
  if (inputs.length > 0 && inputs.every((input) => input.state.version === 0)) return undefined;
  const sources =
    dataset.origin.kind === 'bronze' ? planBronzeSources(dataset, state, inputs, day) : planModelSources(dataset, state, inputs, day);
  if (sources === undefined) return undefined;
  const { cleaning } = dataset;
  return {
    kind: 'build',
    id: `build ${dataset.name} ${day}`,
    dataset: dataset.name,
    day,
    reason: sources.reason,
    request: {
      dataset: dataset.name,
      stages: [...sources.stages, ...(cleaning === undefined ? [] : cleaningStages(dataset, cleaning, sources))],
      outputs: outputsOf(dataset, day),
      checks: dataset.checkScans,
      ...(cleaning === undefined ? {} : { accounting: cleaning.accounting }),
    } satisfies BuildRequest,
    commit: {
      baseVersion: state.version,
      columns: dataset.columns,
      fingerprint: dataset.fingerprint,
      replaceAll: sources.replaceAll,
      inputs: inputVersions(inputs),
      checks: dataset.checks,
      countsRows: cleaning !== undefined && !sources.hasPrevious,
      ...(dataset.quarantineMaxPercent === undefined ? {} : { quarantineMaxPercent: dataset.quarantineMaxPercent }),
    },
  };
}

function planBronzeSources(
  dataset: SilverDataset,
  state: TableState,
  inputs: readonly InputTable[],
  day: LogicalDate,
): CleaningSources | undefined {
  const [bronze] = inputs;
  if (bronze === undefined) return undefined;
  const sources =
    dataset.partitioning.kind === 'event' ? planEventSources(dataset, state, bronze) : planSnapshotSources(dataset, state, bronze, day);
  if (sources === undefined || dataset.origin.kind !== 'bronze' || dataset.origin.mode !== 'changelog') return sources;
  const order = isHistory(dataset) ? timedBatchOrder : batchOrder;
  return { ...sources, stages: [...sources.stages, { kind: 'view', name: '_order', sql: order(batchesOf(bronze.state)) }] };
}

// A model may read anything in any way, so a change of any input means computing all of it again.
function planModelSources(
  dataset: SilverDataset,
  state: TableState,
  inputs: readonly InputTable[],
  day: LogicalDate,
): CleaningSources | undefined {
  if (dataset.origin.kind !== 'model') return undefined;
  const isEvent = dataset.partitioning.kind === 'event';
  const scope = isEvent ? {} : { until: day };
  const before = isEvent ? state : state.partitions.get(day);
  const reason = reasonToBuild({
    version: state.version,
    built: before?.fingerprint,
    fingerprint: dataset.fingerprint,
    changed: changedInputs(inputs, before?.inputs ?? {}, scope.until),
    day,
    isPast: !isEvent && isPastSnapshot(state, day),
  });
  if (reason === undefined) return undefined;
  const stages: BuildStage[] = inputs.map((input) => ({ kind: 'input', input: publishedRelation(input, scope) }));
  const name = dataset.cleaning === undefined ? '_rows' : '_source';
  stages.push({ kind: 'table', name, sql: dataset.origin.sql });
  return { reason, replaceAll: isEvent, stages, onlyTouchedDays: false, hasPrevious: false };
}

function isHistory({ partitioning }: SilverDataset): boolean {
  return partitioning.kind === 'snapshot' && partitioning.history === true;
}

function cleaningStages(dataset: SilverDataset, sql: SilverSql, sources: CleaningSources): BuildStage[] {
  const own = isHistory(dataset) ? dataset.columns.slice(0, -HISTORY_COLUMNS.length) : dataset.columns;
  const names = forBoth((words) => own.map(({ name }) => words.name(name)).join(', '));
  const classify = sources.onlyTouchedDays
    ? forBoth(({ dialect }) => `SELECT * FROM (${sql.classify[dialect]}) AS _all WHERE _day IN (SELECT day FROM _touched_days)`)
    : sql.classify;
  const candidates = sources.hasPrevious
    ? forBoth(({ dialect }) => `${sql.candidates[dialect]} UNION ALL SELECT ${names[dialect]} FROM _previous`)
    : sql.candidates;
  return [
    { kind: 'table', name: '_classified', sql: classify },
    { kind: 'view', name: '_candidates', sql: candidates },
    { kind: 'table', name: '_rows', sql: sql.rows },
    { kind: 'view', name: '_refused', sql: sql.refused },
  ];
}

function outputsOf(dataset: SilverDataset, day: LogicalDate): BuildOutput[] {
  const { origin, key } = dataset;
  const partition: BuildOutput['partition'] = dataset.partitioning.kind === 'event' ? { kind: 'by' } : { kind: 'day', day };
  const first = key ?? [];
  const names = dataset.columns.map(({ name }) => name);
  const sortBy = [...first, ...names.filter((name) => !first.includes(name))];
  const rows: BuildOutput = {
    part: 'rows',
    from: '_rows',
    columns: dataset.columns,
    sortBy,
    partition,
    prefix: partitionTemplate(dataset.name, 'rows'),
  };
  if (dataset.cleaning === undefined) return [rows];
  const columns = refusedColumns(origin.columns);
  const refusedSort = columns.map(({ name }) => name);
  return [
    rows,
    {
      part: 'quarantine',
      from: '_refused',
      columns,
      sortBy: refusedSort,
      partition,
      prefix: partitionTemplate(dataset.name, 'quarantine'),
    },
  ];
}

/** The columns of a quarantine table: the source's own, and why the row was refused. */
function refusedColumns(source: SilverDataset['origin']['columns']): SilverDataset['origin']['columns'] {
  return [...source, { name: '_reasons', type: { kind: 'varchar' } }];
}
