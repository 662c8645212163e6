import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { Column } from '../sql/column-type.ts';
import type { DataFile } from './data-file.ts';

/** A bronze column and where it comes from. */
export interface SourceColumn extends Column {
  /** The column's name in the source, exactly as stored there. */
  readonly source: string;
  /** What becomes of digits finer than microseconds; absent: a value that has any is an error. */
  readonly nanoseconds?: NanosecondPolicy;
  /** What becomes of the offset that a time with time zone carries; absent: such a column is refused. */
  readonly offset?: OffsetPolicy;
  /** `offset`: not the value but its offset from UTC in minutes. Absent: the value. */
  readonly part?: 'offset';
}

/** `truncate`: digits finer than microseconds are cut off; `epoch`: the column holds nanoseconds since 1970 (of a TIME: since midnight). */
export type NanosecondPolicy = 'truncate' | 'epoch';

/** `keep`: in the companion column `<column>_offset_minutes`; `drop`: the instant is kept, the offset lost. */
export type OffsetPolicy = 'keep' | 'drop';

/** Something that an extraction gave up because the declaration says so. */
export interface LossyChoice {
  readonly column: string;
  readonly choice: 'nanoseconds-truncated' | 'offset-dropped';
}

/**
 * A way out of the source. `unload`: the source writes files itself; `raw`: results are fetched and typed here; `rows`: the same
 * in memory, for look-ups; `chunks`: as `raw`, by the protocol of the source's own drivers.
 */
export type Transport = 'raw' | 'unload' | 'rows' | 'chunks';

/** How files are written; each column of CSV and JSON lines comes as text. */
export type FileFormat =
  | { readonly kind: 'parquet' | 'jsonl' }
  | { readonly kind: 'csv'; readonly delimiter: string; readonly header: boolean; readonly nullText: string };

/**
 * What to read: a table name (`DB.SCHEMA.T`, `SCHEMA.T` or `T`) or a whole query, in the source's dialect. With `format`,
 * `table` is a path or a pattern of paths in the source's folder.
 */
export type SourceRelation =
  | { readonly kind: 'table'; readonly table: string; readonly format?: FileFormat }
  | { readonly kind: 'query'; readonly sql: string };

/** How much of it: everything, or the half-open window `[low, high)` of a watermark column. */
export type ExtractWindow =
  | { readonly kind: 'full' }
  | {
      readonly kind: 'window';
      /** The bronze column that orders changes. */
      readonly watermark: string;
      /** Exact text of the lower end as the source gave it; absent: from the beginning. */
      readonly low?: string;
      /** The window may not reach beyond this instant (exclusive), ISO 8601 in UTC. */
      readonly until: string;
      /** The window ends this long before the source's own clock, for transactions that commit late. */
      readonly lagSeconds: number;
      /** What to do with rows whose watermark is NULL, which no window can hold. */
      readonly nulls: 'fail' | 'exclude';
    };

/** One extraction, fully decided: serialisable. */
export interface ExtractRequest {
  readonly dataset: DatasetName;
  readonly relation: SourceRelation;
  readonly columns: readonly SourceColumn[];
  readonly window: ExtractWindow;
  /** `auto`: by the size of what is read. Absent: the source knows one way only. */
  readonly transport?: Transport | 'auto';
  readonly day: LogicalDate;
  /** Folder of the files to write; contains `{attempt}`. */
  readonly prefix: string;
}

/** What one extraction brought. `high` is the exact text of the window's upper end, the next window's `low`. */
export interface ExtractReport {
  readonly files: readonly DataFile[];
  readonly rows: number;
  readonly window: { readonly low?: string; readonly high?: string };
  /** The source's own identifiers of the statements, for its audit log. */
  readonly statements: readonly string[];
  readonly bytesFetched: number;
  /** The way that was taken, where there are several. */
  readonly transport?: Transport;
  /** What was given up on the way; absent: every value is exact. */
  readonly choices?: readonly LossyChoice[];
}

/** What every call that takes time is given. */
export interface CallContext {
  readonly attempt: string;
  /** The run that it is a part of. */
  readonly run?: string;
  readonly signal: AbortSignal;
}

/** A system that tables are extracted from. Throws `source/*`. */
export interface Source {
  /** Checks that the source answers and accepts the credentials; returns a line to show to people. */
  ping(signal: AbortSignal): Promise<string>;
  /** Reads one window into Parquet files under the request's prefix. Nothing refers to them yet. */
  extract(request: ExtractRequest, context: CallContext): Promise<ExtractReport>;
}
