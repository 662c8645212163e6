import type { TableState } from '../../lake/commit.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import { partitionTemplate } from '../../layout/object-key.ts';
import type { BuildOutput, BuildStage, InputRelation } from '../../ports/sql-engine.ts';
import type { BuildStep } from '../../steps/step.ts';
import {
  changedInputs,
  type InputTable,
  inputVersions,
  isPastSnapshot,
  publishedRelation,
  publishedVersion,
  wasReplaced,
} from '../inputs.ts';
import { reasonToBuild } from '../staleness.ts';
import { count } from '../words.ts';
import type { GoldDataset } from './gold-dataset.ts';
import { planKeyed } from './plan-keyed.ts';

interface Work {
  readonly reason: string;
  /** What to make: the snapshot of the run's day, certain days, or (`by` without days) all there is. */
  readonly partition: Exclude<BuildOutput['partition'], { kind: 'buckets' }>;
}

/** Decides what must be built of a gold dataset for a run of `day`: nothing if it is current. */
export function planGold(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[], day: LogicalDate): BuildStep | undefined {
  if (inputs.length > 0 && inputs.every((input) => input.state.version === 0)) return undefined;
  if (dataset.partitioning.kind !== 'snapshot' && inputs.some(({ isOutdated }) => isOutdated === true)) return undefined;
  if (dataset.partitioning.kind === 'keyed') return planKeyed(dataset, state, inputs, day);
  const work = dataset.partitioning.kind === 'snapshot' ? planSnapshot(dataset, state, inputs, day) : planEventDays(dataset, state, inputs);
  if (work === undefined) return undefined;
  const stages: BuildStage[] = inputs.map((input) => ({ kind: 'input', input: relationFor(input, work.partition) }));
  return {
    kind: 'build',
    id: `build ${dataset.name} ${day}`,
    dataset: dataset.name,
    day,
    reason: work.reason,
    request: {
      dataset: dataset.name,
      stages: [...stages, { kind: 'table', name: '_rows', sql: dataset.sql }],
      outputs: [outputOf(dataset, work)],
      checks: dataset.checkScans,
    },
    commit: {
      baseVersion: state.version,
      columns: dataset.columns,
      fingerprint: dataset.fingerprint,
      replaceAll: work.partition.kind === 'by' && work.partition.only === undefined,
      inputs: inputVersions(inputs),
      checks: dataset.checks,
      countsRows: false,
    },
  };
}

function relationFor(input: InputTable, partition: Work['partition']): InputRelation {
  if (partition.kind === 'day') return publishedRelation(input, { until: partition.day });
  return publishedRelation(input, partition.only !== undefined && input.shape === 'event' ? { days: new Set(partition.only) } : {});
}

function outputOf(dataset: GoldDataset, work: Work): BuildOutput {
  const first = dataset.key ?? [];
  const names = dataset.columns.map(({ name }) => name);
  return {
    part: 'rows',
    from: '_rows',
    columns: dataset.columns,
    sortBy: [...first, ...names.filter((name) => !first.includes(name))],
    partition: work.partition,
    prefix: partitionTemplate(dataset.name, 'rows'),
  };
}

function planSnapshot(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[], day: LogicalDate): Work | undefined {
  const entry = state.partitions.get(day);
  const changed = changedInputs(inputs, entry?.inputs ?? {}, day);
  const isPast = isPastSnapshot(state, day);
  const reason = reasonToBuild({
    version: state.version,
    built: entry?.fingerprint,
    fingerprint: dataset.fingerprint,
    changed,
    day,
    isPast,
  });
  return reason === undefined ? undefined : { reason, partition: { kind: 'day', day } };
}

// An event model reads its event inputs one day at a time, so only the days on which they changed are made again;
// a snapshot input belongs to every day, so its change makes all of them again.
function planEventDays(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[]): Work | undefined {
  const events = inputs.filter((input) => input.shape === 'event');
  const wholes = inputs.filter((input) => input.shape !== 'event');
  if (events.length === 0) return planAllDays(dataset, state, inputs);
  const days = new Set([...events.flatMap((input) => [...input.state.partitions.keys()]), ...state.partitions.keys()]);
  const stale: LogicalDate[] = [];
  const causes = new Set<string>();
  for (const day of days) {
    const cause = causeOf(dataset, state, events, wholes, day);
    if (cause === undefined) continue;
    stale.push(day);
    causes.add(cause);
  }
  if (stale.length === 0) return undefined;
  const reason = state.version === 0 ? 'missing: never built' : `${[...causes].join('; ')} (${count(stale.length, 'day')})`;
  return { reason, partition: { kind: 'by', only: stale.sort() } };
}

// Without event inputs nothing but the model's rows can tell which days there are.
function planAllDays(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[]): Work | undefined {
  const changed = changedInputs(inputs, state.inputs);
  const reason = reasonToBuild({ version: state.version, built: state.fingerprint, fingerprint: dataset.fingerprint, changed });
  return reason === undefined ? undefined : { reason, partition: { kind: 'by' } };
}

function causeOf(
  dataset: GoldDataset,
  state: TableState,
  events: readonly InputTable[],
  wholes: readonly InputTable[],
  day: LogicalDate,
): string | undefined {
  const entry = state.partitions.get(day);
  if (entry === undefined) return 'missing: days without a partition';
  if (entry.fingerprint !== dataset.fingerprint) return 'stale: its definition changed';
  const hasVanished = entry.rows > 0 && events.every((input) => !input.state.partitions.has(day));
  if (hasVanished) return 'stale: days without input';
  const seen = (input: InputTable) => entry.inputs[input.name] ?? 0;
  const changed = [
    ...events.filter((input) => (input.state.partitions.get(day)?.version ?? 0) > seen(input) || wasReplaced(input, seen(input))),
    ...wholes.filter((input) => publishedVersion(input) > seen(input)),
  ];
  return changed.length === 0 ? undefined : `stale: ${changed.map(({ name }) => name).join(', ')} changed`;
}
