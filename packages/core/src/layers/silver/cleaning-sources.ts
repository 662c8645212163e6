import { filesOf, onlyBatches } from '../../lake/batch-files.ts';
import type { Batch, PartitionEntry, TableState } from '../../lake/commit.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import type { ObjectKey } from '../../layout/object-key.ts';
import type { BuildStage, InputRelation } from '../../ports/sql-engine.ts';
import { forBoth } from '../../sql/render.ts';
import { definitionChanged } from '../definition-parts.ts';
import { batchesOf, changedInputs, type InputTable, isPastSnapshot } from '../inputs.ts';
import { describeMoves, reasonToBuild } from '../staleness.ts';
import { count } from '../words.ts';
import type { SilverDataset } from './silver-dataset.ts';

/** What a silver build reads, and why it must. */
export interface CleaningSources {
  readonly reason: string;
  readonly replaceAll: boolean;
  /** End with the relation `_source` (or `_rows`, for a model without cleaning). */
  readonly stages: readonly BuildStage[];
  /** True: `_touched_days` holds the days to restate; rows of other days are read but not used. */
  readonly onlyTouchedDays: boolean;
  /** True: `_previous` holds the rows of the previous snapshot. */
  readonly hasPrevious: boolean;
}

/**
 * Sources of an event dataset. A partition is a pure function of the bronze rows of its event day. So a run finds the
 * days of the rows that are new, and reads again, for these days only, the older batches that have rows of them.
 */
export function planEventSources(
  dataset: SilverDataset,
  state: TableState,
  bronze: InputTable,
  lookups: readonly InputTable[] = [],
): CleaningSources | undefined {
  const all = bronze.shape === 'snapshot' ? latestBatches(bronze.state) : batchesOf(bronze.state);
  const consumed = state.inputs[bronze.name] ?? 0;
  const fresh = all.filter((batch) => batch.version > consumed);
  // A batch can be in the partitions and fresh at once, after a rollback: it is read once.
  const consumedBefore = all.filter((batch) => batch.version <= consumed);
  const reason = reasonToRebuild(dataset, state, bronze, all, fresh) ?? reasonToJudgeAgain(state, lookups);
  if (reason !== undefined) return { reason, replaceAll: true, stages: [source(bronze, all)], onlyTouchedDays: false, hasPrevious: false };
  const rows = fresh.reduce((sum, batch) => sum + batch.rows, 0);
  if (rows === 0) return undefined;
  const { daysOfNew } = dataset.cleaning ?? {};
  if (daysOfNew === undefined) return undefined;
  return {
    reason: `stale: ${count(rows, 'new row')} in ${count(fresh.length, 'batch', 'batches')} of ${bronze.name}`,
    replaceAll: false,
    stages: [
      { kind: 'input', input: { ...relation(bronze, '_new', fresh), batchColumn: true } },
      { kind: 'table', name: '_touched_days', sql: daysOfNew },
      {
        kind: 'lazy',
        input: {
          relation: '_history',
          dataset: bronze.name,
          columns: bronze.columns,
          batchColumn: true,
          daysFrom: forBoth(() => 'SELECT day FROM _touched_days'),
          ...onlyBatches(consumedBefore),
          filesByDay: historyFiles(state, consumedBefore),
        },
      },
      { kind: 'view', name: '_source', sql: forBoth(() => 'SELECT * FROM _new UNION ALL SELECT * FROM _history') },
    ],
    onlyTouchedDays: true,
    hasPrevious: false,
  };
}

/** Sources of a snapshot dataset: the whole state if the extract has it, else the previous snapshot and what came since. */
export function planSnapshotSources(
  dataset: SilverDataset,
  state: TableState,
  bronze: InputTable,
  { day, lookups = [] }: { readonly day: LogicalDate; readonly lookups?: readonly InputTable[] },
): CleaningSources | undefined {
  const all = bronze.shape === 'snapshot' ? latestBatches(bronze.state, day) : batchesOf(bronze.state, day);
  if (all.length === 0) return undefined;
  const newest = Math.max(...all.map((batch) => batch.version));
  const entry = state.partitions.get(day);
  const seen = entry?.inputs[bronze.name] ?? 0;
  const changed = [
    ...(newest > seen ? [{ name: bronze.name, from: seen, to: newest }] : []),
    ...changedInputs(lookups, entry?.inputs ?? {}, day),
  ];
  const isPast = isPastSnapshot(state, day);
  const reason = reasonToBuild({ state, dataset, built: entry?.fingerprint, changed, day, isPast });
  if (reason === undefined) return undefined;
  const previous = isMergedByWindow(dataset) ? previousSnapshot(dataset, state, bronze, day) : undefined;
  if (previous === undefined)
    return { reason, replaceAll: false, stages: [source(bronze, all)], onlyTouchedDays: false, hasPrevious: false };
  const fresh = all.filter((batch) => !previous.merged.has(batch));
  const files = previous.files.map(({ key }) => key);
  const before: InputRelation = { relation: '_previous', dataset: dataset.name, columns: dataset.columns, files };
  return {
    reason,
    replaceAll: false,
    stages: [source(bronze, fresh), { kind: 'input', input: before }],
    onlyTouchedDays: false,
    hasPrevious: true,
  };
}

// A row that was refused may be referred to now, and one that was good no more: each row is judged by what there is now.
function reasonToJudgeAgain(state: TableState, lookups: readonly InputTable[]): string | undefined {
  const changed = changedInputs(lookups, state.inputs);
  return changed.length === 0 ? undefined : `stale: ${describeMoves(changed)}, to which it refers`;
}

function reasonToRebuild(
  dataset: SilverDataset,
  state: TableState,
  bronze: InputTable,
  all: readonly Batch[],
  fresh: readonly Batch[],
): string | undefined {
  if (state.version === 0) return 'missing: never built';
  if (state.fingerprint !== dataset.fingerprint) return `stale: ${definitionChanged(dataset, state)}`;
  if (bronze.shape === 'snapshot' && fresh.length > 0) return `stale: ${bronze.name} was extracted anew in full`;
  const known = new Set(all.map(({ id }) => id));
  const hasLost = [...state.partitions.values()].some((entry) => entry.fromBatches?.some((id) => !known.has(id)));
  return hasLost ? `stale: batches of ${bronze.name} were replaced` : undefined;
}

// What a changelog deletes can be of any batch, and what the rules made of it need not have its key. Whether a row refers to
// something can change after it was merged.
function isMergedByWindow({ origin, lookups = [] }: SilverDataset): boolean {
  return lookups.length === 0 && origin.kind === 'bronze' && origin.mode === 'window';
}

// A snapshot holds the batches of its own and earlier days that existed when it was made, not all that existed then.
// If any of those was replaced since, so must be what was made of it.
function previousSnapshot(dataset: SilverDataset, state: TableState, bronze: InputTable, day: LogicalDate) {
  const earlier = [...state.partitions].filter(([other]) => other < day);
  const [before, entry] = earlier.at(-1) ?? [];
  if (entry?.fingerprint !== dataset.fingerprint) return undefined;
  const known = new Set(batchesOf(bronze.state).map(({ id }) => id));
  if (batchesBehind(earlier.map(([, one]) => one)).some((id) => !known.has(id))) return undefined;
  const merged = new Set(batchesOf(bronze.state, before).filter((batch) => batch.version <= (entry.inputs[bronze.name] ?? 0)));
  return merged.size === 0 ? undefined : { files: entry.files, merged };
}

// Back to the last snapshot that was made of batches alone: only of such rows are accounted for one by one.
function batchesBehind(entries: readonly PartitionEntry[]): readonly string[] {
  const start = entries.findLastIndex(({ rowsRead }) => rowsRead !== undefined);
  return entries.slice(Math.max(start, 0)).flatMap(({ fromBatches }) => fromBatches ?? []);
}

function latestBatches(state: TableState, until?: LogicalDate): readonly Batch[] {
  return [...state.partitions].findLast(([day]) => until === undefined || day <= until)?.[1].batches ?? [];
}

function historyFiles(state: TableState, all: readonly Batch[]): Record<LogicalDate, readonly ObjectKey[]> {
  const keys = new Map(all.map((batch) => [batch.id, batch.files.map(({ key }) => key)]));
  return Object.fromEntries(
    [...state.partitions].map(([day, entry]) => [day, (entry.fromBatches ?? []).flatMap((id) => keys.get(id) ?? [])]),
  );
}

function source(bronze: InputTable, batches: readonly Batch[]): BuildStage {
  return { kind: 'input', input: { ...relation(bronze, '_source', batches), batchColumn: true } };
}

function relation(bronze: InputTable, name: string, batches: readonly Batch[]): InputRelation {
  return {
    relation: name,
    dataset: bronze.name,
    columns: bronze.columns,
    files: filesOf(batches).map(({ key }) => key),
    ...onlyBatches(batches),
  };
}
