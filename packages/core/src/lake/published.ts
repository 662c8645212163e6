import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { PartitionEntry, TableState } from './commit.ts';

/** How a table's partitions make up the table that people query. */
export type Shape = 'snapshot' | 'event' | 'keyed' | 'merged';

/**
 * The days whose partitions a reader sees: all of an event table, the latest of a snapshot table; a keyed table has one, and no past.
 * `merged`, of refused rows: snapshots that continue each other, back to the last one that was made of batches alone.
 */
export function publishedDays(state: TableState, shape: Shape, until?: LogicalDate): readonly LogicalDate[] {
  if (shape === 'keyed') return [...state.partitions.keys()];
  const days = [...state.partitions.keys()].filter((day) => until === undefined || day <= until);
  if (shape === 'event') return days;
  if (shape === 'snapshot') return days.slice(-1);
  const start = days.findLastIndex((day) => state.partitions.get(day)?.rowsRead !== undefined);
  return days.slice(Math.max(start, 0));
}

/** The version in which what a reader of certain columns (absent: all) sees of a partition was last written. */
export function versionAsRead({ version, kept }: Pick<PartitionEntry, 'version' | 'kept'>, reads: readonly string[] | undefined): number {
  if (kept === undefined || reads === undefined) return version;
  return reads.every((column) => kept.columns.includes(column)) ? kept.since : version;
}

/** The files of the published table, or of its refused rows. */
export function publishedFiles(state: TableState, shape: Shape, part: 'rows' | 'refused', until?: LogicalDate): readonly DataFile[] {
  return publishedDays(state, shape, until).flatMap((day) => {
    const entry = state.partitions.get(day);
    return (part === 'rows' ? entry?.files : entry?.refused.files) ?? [];
  });
}

/** All tables of a lake, by dataset. */
export type LakeState = ReadonlyMap<DatasetName, TableState>;
