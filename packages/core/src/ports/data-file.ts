import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';

/** What a Parquet footer says of one column. `min` and `max` are text, absent where the column has only nulls or cannot be ordered. */
export interface ColumnStatistics {
  readonly nulls: number;
  readonly min?: string;
  readonly max?: string;
}

/** One immutable Parquet file of a partition. */
export interface DataFile {
  readonly key: ObjectKey;
  readonly rows: number;
  readonly bytes: number;
  /** `sha256:` and the hex digest of the file's bytes. */
  readonly checksum: string;
  readonly columns: Readonly<Record<string, ColumnStatistics>>;
  /** Where rows of several batches lie in one file: their ids. The file then has the column `_batch`, which says it of each row. */
  readonly batches?: readonly string[];
}

/** Files that were written for one day. A day without rows has no files. */
export interface WrittenPartition {
  readonly day: LogicalDate;
  readonly rows: number;
  readonly files: readonly DataFile[];
  /** Of a table in buckets: those that were written anew, also those that are empty now. */
  readonly buckets?: readonly number[];
}
