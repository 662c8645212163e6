import type { TableState } from '../../lake/commit.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import { partitionTemplate } from '../../layout/object-key.ts';
import type { BuildOutput, BuildStage } from '../../ports/sql-engine.ts';
import type { BuildStep } from '../../steps/step.ts';
import { changedInputs, type InputTable, inputVersions, publishedRelation, publishedVersion } from '../inputs.ts';
import { reasonToBuild } from '../staleness.ts';
import { count } from '../words.ts';
import type { GoldDataset } from './gold-dataset.ts';

interface Work {
  readonly reason: string;
  /** Days to make; undefined: the snapshot of the run's day. */
  readonly days: readonly LogicalDate[] | undefined;
}

/** Decides what must be built of a gold dataset for a run of `day`: nothing if it is current. */
export function planGold(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[], day: LogicalDate): BuildStep | undefined {
  if (inputs.length > 0 && inputs.every((input) => input.state.version === 0)) return undefined;
  const work = dataset.partitioning.kind === 'snapshot' ? planSnapshot(dataset, state, inputs, day) : planEventDays(dataset, state, inputs);
  if (work === undefined) return undefined;
  const days = work.days === undefined ? undefined : new Set(work.days);
  const stages: BuildStage[] = inputs.map((input) => ({ kind: 'input', input: relationFor(input, days, day) }));
  return {
    kind: 'build',
    id: `build ${dataset.name} ${day}`,
    dataset: dataset.name,
    day,
    reason: work.reason,
    request: {
      dataset: dataset.name,
      stages: [...stages, { kind: 'table', name: '_rows', sql: dataset.sql }],
      outputs: [outputOf(dataset, work, day)],
      checks: dataset.checkScans,
    },
    commit: {
      baseVersion: state.version,
      columns: dataset.columns,
      fingerprint: dataset.fingerprint,
      replaceAll: false,
      inputs: inputVersions(inputs),
      checks: dataset.checks,
      countsRows: false,
    },
  };
}

function relationFor(input: InputTable, days: ReadonlySet<LogicalDate> | undefined, day: LogicalDate) {
  if (days === undefined) return publishedRelation(input, { until: day });
  return publishedRelation(input, input.shape === 'event' ? { days } : {});
}

function outputOf(dataset: GoldDataset, work: Work, day: LogicalDate): BuildOutput {
  const first = dataset.key ?? [];
  const names = dataset.columns.map(({ name }) => name);
  return {
    part: 'rows',
    from: '_rows',
    columns: dataset.columns,
    sortBy: [...first, ...names.filter((name) => !first.includes(name))],
    partition: work.days === undefined ? { kind: 'day', day } : { kind: 'by', only: work.days },
    prefix: partitionTemplate(dataset.name, 'rows'),
  };
}

function planSnapshot(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[], day: LogicalDate): Work | undefined {
  const entry = state.partitions.get(day);
  const changed = changedInputs(inputs, entry?.inputs ?? {}, day);
  const reason = reasonToBuild({ version: state.version, built: entry?.fingerprint, fingerprint: dataset.fingerprint, changed, day });
  return reason === undefined ? undefined : { reason, days: undefined };
}

// An event model reads its event inputs one day at a time, so only the days on which they changed are made again;
// a snapshot input belongs to every day, so its change makes all of them again.
function planEventDays(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[]): Work | undefined {
  const events = inputs.filter((input) => input.shape === 'event');
  const wholes = inputs.filter((input) => input.shape === 'snapshot');
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
  return { reason, days: stale.sort() };
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
  const seen = (input: InputTable) => entry.inputs[input.name] ?? 0;
  const changed = [
    ...events.filter((input) => (input.state.partitions.get(day)?.version ?? 0) > seen(input)),
    ...wholes.filter((input) => publishedVersion(input) > seen(input)),
  ];
  if (changed.length > 0) return `stale: ${changed.map(({ name }) => name).join(', ')} changed`;
  const hasVanished = events.length > 0 && entry.rows > 0 && events.every((input) => !input.state.partitions.has(day));
  return hasVanished ? 'stale: days without input' : undefined;
}
