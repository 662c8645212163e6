import type { TableState } from '../../lake/commit.ts';
import { HISTORY_COLUMNS } from '../../layout/history-columns.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import { partitionTemplate } from '../../layout/object-key.ts';
import type { BuildOutput, BuildRequest, BuildStage } from '../../ports/sql-engine.ts';
import { REFUSED_COLUMNS, withOrigin } from '../../quality/refused-origin.ts';
import { modelStages, refusedOutput } from '../../quality/refusing.ts';
import { forBoth } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
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
  if (!canBeBuilt(dataset, inputs)) return undefined;
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
      ...(Object.keys(dataset.keys ?? {}).length === 0 ? {} : { keys: dataset.keys ?? {} }),
      ...(dataset.measurement === undefined ? {} : { measurement: dataset.measurement }),
      ...accountingOf(cleaning ?? dataset.refusing),
    } satisfies BuildRequest,
    commit: {
      baseVersion: state.version,
      columns: dataset.columns,
      fingerprint: dataset.fingerprint,
      ...(dataset.definition === undefined ? {} : { definition: dataset.definition }),
      replaceAll: sources.replaceAll,
      inputs: inputVersions(inputs),
      checks: dataset.checks,
      countsRows: cleaning !== undefined && !sources.hasPrevious,
      ...(dataset.quarantineMaxPercent === undefined ? {} : { quarantineMaxPercent: dataset.quarantineMaxPercent }),
    },
  };
}

// What does not exist cannot be read, and nothing can be held against it.
function canBeBuilt({ origin, lookups = [] }: SilverDataset, inputs: readonly InputTable[]): boolean {
  const read = inputs.filter(({ name }) => origin.kind === 'model' || name === origin.dataset);
  if (read.length > 0 && read.every(({ state }) => state.version === 0)) return false;
  return inputs.every(({ name, state }) => state.version > 0 || !lookups.includes(name));
}

function planBronzeSources(
  dataset: SilverDataset,
  state: TableState,
  inputs: readonly InputTable[],
  day: LogicalDate,
): CleaningSources | undefined {
  const [bronze, ...others] = inputs;
  if (bronze === undefined || dataset.origin.kind !== 'bronze') return undefined;
  const isEvent = dataset.partitioning.kind === 'event';
  const sources = isEvent
    ? planEventSources(dataset, state, bronze, others)
    : planSnapshotSources(dataset, state, bronze, { day, lookups: others });
  if (sources === undefined) return undefined;
  const orderOf = isHistory(dataset) ? timedBatchOrder : batchOrder;
  const order: BuildStage[] =
    dataset.origin.mode === 'changelog' ? [{ kind: 'view', name: '_order', sql: orderOf(batchesOf(bronze.state)) }] : [];
  const known = others.map((other): BuildStage => ({ kind: 'input', input: publishedRelation(other, isEvent ? {} : { until: day }) }));
  return { ...sources, stages: [...sources.stages, ...order, ...known] };
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
    state,
    dataset,
    built: before?.fingerprint,
    changed: changedInputs(inputs, before?.inputs ?? {}, scope.until),
    day,
    isPast: !isEvent && isPastSnapshot(state, day),
  });
  if (reason === undefined) return undefined;
  const stages: BuildStage[] = inputs.map((input) => ({ kind: 'input', input: publishedRelation(input, scope) }));
  if (dataset.cleaning === undefined) stages.push(...modelStages(dataset.name, dataset.origin.sql, dataset.refusing));
  else stages.push({ kind: 'table', name: '_source', sql: dataset.origin.sql });
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
    { kind: 'view', name: '_refused', sql: withOrigin(sql.refused, dataset.name, dataset.origin.kind === 'bronze') },
  ];
}

function accountingOf(sql: { readonly accounting: RenderedSql } | undefined): Pick<BuildRequest, 'accounting'> {
  return sql === undefined ? {} : { accounting: sql.accounting };
}

function outputsOf(dataset: SilverDataset, day: LogicalDate): BuildOutput[] {
  const { origin, key } = dataset;
  const partition: BuildOutput['partition'] = dataset.partitioning.kind === 'event' ? { kind: 'by' } : { kind: 'day', day };
  // A key is unique, so further columns could not change the order, only the price of it.
  const sortBy = key ?? dataset.columns.map(({ name }) => name);
  const rows: BuildOutput = {
    part: 'rows',
    from: '_rows',
    columns: dataset.columns,
    sortBy,
    partition,
    prefix: partitionTemplate(dataset.name, 'rows'),
  };
  if (dataset.refusing !== undefined) return [rows, refusedOutput(rows, partitionTemplate(dataset.name, 'quarantine'))];
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

/** The columns of a quarantine table: the source's own, why the row was refused, and where it comes from. */
function refusedColumns(source: SilverDataset['origin']['columns']): SilverDataset['origin']['columns'] {
  return [...source, ...REFUSED_COLUMNS];
}
