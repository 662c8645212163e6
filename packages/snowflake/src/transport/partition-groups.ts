import type { ResultPartition } from '../client/result-metadata.ts';

/** Neighbouring partitions that become one Parquet file. */
export interface PartitionGroup {
  /** Position among the groups. */
  readonly index: number;
  readonly partitions: readonly number[];
  readonly rows: number;
}

/** Puts neighbouring partitions together until a group holds about `maxBytes` of text; partitions without rows are left out. */
export function groupPartitions(partitions: readonly ResultPartition[], maxBytes: number): readonly PartitionGroup[] {
  const groups: { index: number; partitions: number[]; rows: number; bytes: number }[] = [];
  for (const [number, { rows, bytes }] of partitions.entries()) {
    if (rows === 0) continue;
    const last = groups.at(-1);
    if (last === undefined || last.bytes + bytes > maxBytes) {
      groups.push({ index: groups.length, partitions: [number], rows, bytes });
    } else {
      last.partitions.push(number);
      last.rows += rows;
      last.bytes += bytes;
    }
  }
  return groups;
}
