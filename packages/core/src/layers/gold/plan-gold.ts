import type { TableState } from '../../lake/commit.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import { partitionTemplate } from '../../layout/object-key.ts';
import type { BuildOutput, BuildStage, InputRelation } from '../../ports/sql-engine.ts';
import { modelStages, refusedOutput } from '../../quality/refusing.ts';
import type { BuildStep, PartitionCause } from '../../steps/step.ts';
import { definitionChanged } from '../definition-parts.ts';
import {
  changedInputs,
  type InputMove,
  type InputTable,
  isPastSnapshot,
  publishedRelation,
  publishedVersion,
  versionOfDay,
  wasReplaced,
} from '../inputs.ts';
import { describeMoves, reasonToBuild } from '../staleness.ts';
import { count } from '../words.ts';
import { goldCommit } from './gold-commit.ts';
import type { GoldDataset } from './gold-dataset.ts';
import { planKeyed } from './plan-keyed.ts';

interface Work {
  readonly reason: string;
  /** What to make: the snapshot of the run's day, certain days, or (`by` without days) all there is. */
  readonly partition: Exclude<BuildOutput['partition'], { kind: 'buckets' }>;
  readonly causes?: readonly PartitionCause[];
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
    ...(work.causes === undefined ? {} : { partitions: work.causes }),
    request: {
      dataset: dataset.name,
      stages: [...stages, ...modelStages(dataset.name, dataset.sql, dataset.refusing)],
      outputs: outputsOf(dataset, work),
      checks: dataset.checkScans,
      ...(dataset.measurement === undefined ? {} : { measurement: dataset.measurement }),
      ...(dataset.refusing === undefined ? {} : { accounting: dataset.refusing.accounting }),
    },
    commit: { ...goldCommit(dataset, state, inputs), replaceAll: work.partition.kind === 'by' && work.partition.only === undefined },
  };
}

function relationFor(input: InputTable, partition: Work['partition']): InputRelation {
  if (partition.kind === 'day') return publishedRelation(input, { until: partition.day });
  return publishedRelation(input, partition.only !== undefined && input.shape === 'event' ? { days: new Set(partition.only) } : {});
}

function outputsOf(dataset: GoldDataset, work: Work): readonly BuildOutput[] {
  const rows: BuildOutput = {
    part: 'rows',
    from: '_rows',
    columns: dataset.columns,
    // A key is unique, so further columns could not change the order, only the price of it.
    sortBy: dataset.key ?? dataset.columns.map(({ name }) => name),
    partition: work.partition,
    prefix: partitionTemplate(dataset.name, 'rows'),
  };
  return dataset.refusing === undefined ? [rows] : [rows, refusedOutput(rows, partitionTemplate(dataset.name, 'quarantine'))];
}

function planSnapshot(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[], day: LogicalDate): Work | undefined {
  const entry = state.partitions.get(day);
  const changed = changedInputs(inputs, entry?.inputs ?? {}, day);
  const isPast = isPastSnapshot(state, day);
  const reason = reasonToBuild({ state, dataset, built: entry?.fingerprint, changed, day, isPast });
  return reason === undefined ? undefined : { reason, partition: { kind: 'day', day } };
}

// An event model reads its event inputs one day at a time, so only the days on which they changed are made again;
// a snapshot input belongs to every day, so its change makes all of them again.
function planEventDays(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[]): Work | undefined {
  const events = inputs.filter((input) => input.shape === 'event');
  const wholes = inputs.filter((input) => input.shape !== 'event');
  if (events.length === 0) return planAllDays(dataset, state, inputs);
  const days = new Set([...events.flatMap((input) => [...input.state.partitions.keys()]), ...state.partitions.keys()]);
  const found = [...days].sort().flatMap((day) => causeOf(dataset, state, events, wholes, day) ?? []);
  if (found.length === 0) return undefined;
  const reason = state.version === 0 ? 'missing: never built' : `${summarise(found)} (${count(found.length, 'day')})`;
  return { reason, partition: { kind: 'by', only: found.map(({ day }) => day) }, causes: groupCauses(found) };
}

/** Why one day must be made: in words, unless it is because inputs moved. */
interface DayCause {
  readonly day: LogicalDate;
  readonly why?: string;
  readonly moves?: readonly InputMove[];
}

function summarise(found: readonly DayCause[]): string {
  const moves = found.flatMap((cause) => cause.moves ?? []);
  const moved = `stale: ${describeMoves(moves)}`;
  return [...new Set(found.map(({ why }) => why ?? moved))].join('; ');
}

function groupCauses(found: readonly DayCause[]): readonly PartitionCause[] {
  const groups = new Map<string, LogicalDate[]>();
  for (const { day, why, moves = [] } of found) {
    const words = why ?? `stale: ${describeMoves(moves)}`;
    groups.set(words, [...(groups.get(words) ?? []), day]);
  }
  return [...groups].map(([why, days]) => ({ why, days }));
}

// Without event inputs nothing but the model's rows can tell which days there are.
function planAllDays(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[]): Work | undefined {
  const changed = changedInputs(inputs, state.inputs);
  const reason = reasonToBuild({ state, dataset, built: state.fingerprint, changed });
  return reason === undefined ? undefined : { reason, partition: { kind: 'by' } };
}

function causeOf(
  dataset: GoldDataset,
  state: TableState,
  events: readonly InputTable[],
  wholes: readonly InputTable[],
  day: LogicalDate,
): DayCause | undefined {
  const entry = state.partitions.get(day);
  if (entry === undefined) return { day, why: 'missing: days without a partition' };
  if (entry.fingerprint !== dataset.fingerprint) return { day, why: `stale: ${definitionChanged(dataset, state)}` };
  const hasVanished = entry.rows > 0 && events.every((input) => !input.state.partitions.has(day));
  if (hasVanished) return { day, why: 'stale: days without input' };
  const seen = (input: InputTable) => entry.inputs[input.name] ?? 0;
  const move = (input: InputTable, to: number): InputMove => ({ name: input.name, from: seen(input), to });
  const moves = [
    ...events.flatMap((input) => {
      const to = versionOfDay(input, day);
      if (to > seen(input)) return [move(input, to)];
      return wasReplaced(input, seen(input)) ? [move(input, input.state.version)] : [];
    }),
    ...wholes.flatMap((input) => (publishedVersion(input) > seen(input) ? [move(input, publishedVersion(input))] : [])),
  ];
  return moves.length === 0 ? undefined : { day, moves };
}
