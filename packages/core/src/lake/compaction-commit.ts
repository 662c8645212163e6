import type { LogicalDate } from '../layout/logical-date.ts';
import type { DataFile } from '../ports/data-file.ts';
import { filesOf } from './batch-files.ts';
import type { Batch, Commit, PartitionEntry, TableState } from './commit.ts';
import type { CompactionGroup } from './plan-compaction.ts';
import { upkeepCommit } from './upkeep-commit.ts';

/** A group of files, and the files that now hold the same rows. */
export interface Compacted extends CompactionGroup {
  readonly written: readonly DataFile[];
}

/** Those of which the table still has every file: another run may have replaced some meanwhile. */
export function stillThere(state: TableState, compacted: readonly Compacted[]): readonly Compacted[] {
  return compacted.filter(({ day, files }) => {
    const keys = new Set(state.partitions.get(day)?.files.map(({ key }) => key));
    return files.every(({ key }) => keys.has(key));
  });
}

/**
 * The commit that puts new files in the place of others. Versions of partitions and batches stay what they are: they say when
 * rows were written, and no row is. So nothing that reads the table becomes stale.
 */
export function compactionCommit(state: TableState, compacted: readonly Compacted[], run: string, now: Date): Commit {
  const version = state.version + 1;
  const partitions: Record<LogicalDate, PartitionEntry> = {};
  for (const one of compacted) {
    const entry = partitions[one.day] ?? state.partitions.get(one.day);
    if (entry !== undefined) partitions[one.day] = { ...replaced(entry, one), compactedIn: version };
  }
  const committedAt = now.toISOString();
  return upkeepCommit(state, { version, run, committedAt, partitions, replaceAll: false, upkeep: { kind: 'compaction' } });
}

function replaced(entry: PartitionEntry, { files, batches: merged, written }: Compacted): PartitionEntry {
  if (entry.batches === undefined) {
    const old = new Set(files.map(({ key }) => key));
    return { ...entry, files: [...entry.files.filter(({ key }) => !old.has(key)), ...written] };
  }
  const ids = new Set(merged.map(({ id }) => id));
  const shared = written.map((file) => ({ ...file, batches: [...ids] }));
  const batches = entry.batches.map((batch) => (ids.has(batch.id) ? moved(batch, shared) : batch));
  return { ...entry, files: filesOf(batches), batches };
}

function moved(batch: Batch, files: readonly DataFile[]): Batch {
  const { reconciled } = batch;
  if (reconciled === undefined || reconciled.files === 0) return { ...batch, files };
  return { ...batch, files, reconciled: { ...reconciled, files: files.length } };
}
