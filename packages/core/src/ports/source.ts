import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { Column } from '../sql/column-type.ts';
import type { DataFile } from './data-file.ts';
import type { DigestLevel, RowsReference, SourceDigest, SourceDigestRequest } from './digest.ts';

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

/**
 * How much of it: everything, the half-open window `[low, high)` of a watermark column, or what was committed after one
 * instant and up to another.
 */
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
    }
  | ChangesWindow;

/**
 * What the source's own record of changes says: each row that is gone or was another before as it was before, each that is
 * new or another now as it is now. Without `low`: all rows as they were at the upper end.
 */
export interface ChangesWindow {
  readonly kind: 'changes';
  /** Exact text of the instant up to which changes are known, as the source gave it. */
  readonly low?: string;
  /** The window may not reach beyond this instant (inclusive), ISO 8601 in UTC. */
  readonly until: string;
  readonly lagSeconds: number;
  /** When the source no longer knows what changed since `low`: read all rows in place of what there is, and say so; or fail. */
  readonly onGap: 'reextract' | 'fail';
  /** The upper end is `until` itself and nothing else will do. */
  readonly isExact?: true;
}

/** An extraction whose files say which rows are no more, in the boolean column `_deleted`. */
export interface ChangelogRequest {
  /** The columns that identify a row; a row without them is an error. */
  readonly key: readonly string[];
  /** True: the keys of all rows of the source are wanted too, read after the window. */
  readonly listKeys: boolean;
}

/**
 * What becomes of a dataset whose source is no longer as it was. `freeze`: what touches declared columns stops it, the rest is
 * announced; `evolve`: what loses nothing is taken over; `quarantine`: of a column that changed its type, rows whose value does
 * not fit are set aside.
 */
export type DriftPolicy = 'freeze' | 'evolve' | 'quarantine';

/** A column as the source describes it, its type in the source's words. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  /** Absent: the source does not say. */
  readonly nullable?: boolean;
}

/** How a description is held against the declared columns and against what it was before. */
export interface DriftRules {
  readonly policy: DriftPolicy;
  /** Declared columns that must be there and have values. */
  readonly needed: readonly string[];
  /** The table's columns so far and what the source said last; absent: nothing has been read. */
  readonly seen?: { readonly columns: readonly Column[]; readonly described: readonly DescribedColumn[] };
}

/** A difference that stops nothing and is announced. `detail`: a sentence without a row's value. */
export interface DriftNote {
  readonly change: 'added' | 'taken' | 'dropped' | 'retyped' | 'nullable';
  readonly column: string;
  readonly detail: string;
}

/** What the source says of its columns. */
export interface SourceContract {
  readonly described: readonly DescribedColumn[];
  readonly notes: readonly DriftNote[];
  /** The columns that are read, if these are others than the declared ones. */
  readonly columns?: readonly Column[];
  /** Declared columns that come as text, because the source has another type: each value is still to be judged. */
  readonly asText?: readonly Column[];
}

/** Several statements in place of one, each of which brings the rows that the hash of some columns puts into its slice. */
export interface Slices {
  readonly count: number;
  /** Columns whose values say which slice a row belongs to; none: all columns. */
  readonly by: readonly string[];
}

/** One extraction, fully decided: serialisable. */
export interface ExtractRequest {
  readonly dataset: DatasetName;
  readonly relation: SourceRelation;
  readonly columns: readonly SourceColumn[];
  readonly window: ExtractWindow;
  /** Absent: the files hold the declared columns only. */
  readonly changelog?: ChangelogRequest;
  /** `auto`: by the size of what is read. Absent: the source knows one way only. */
  readonly transport?: Transport | 'auto';
  /** Absent: one statement brings all rows. What changed between two instants is read by one in any case. */
  readonly slices?: Slices;
  /** How closely the rows will be compared with the source; absent: not at all. */
  readonly reconcile?: DigestLevel;
  readonly day: LogicalDate;
  /** Absent: the declared columns alone count, and nothing is announced. */
  readonly drift?: DriftRules;
  /** Folder of the files to write; contains `{attempt}`. */
  readonly prefix: string;
}

/** What is compared when nothing is read. */
export type ContractRequest = Pick<ExtractRequest, 'dataset' | 'relation' | 'columns' | 'drift'>;

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
  /** Where these very rows can be looked at again; absent: nowhere, or nothing was read. */
  readonly reference?: RowsReference;
  readonly contract?: SourceContract;
  /** The keys of all rows of the source, where they were asked for. Nothing will ever refer to these files. */
  readonly keys?: readonly DataFile[];
  /** What must be said aloud; absent: all went as it was asked. */
  readonly announcement?: ExtractAnnouncement;
}

/**
 * `restarted`: what changed could not be told, so all rows were read, in place of what there is. `untracked`: all rows were
 * read as they should be, but the source will not be able to tell what changes from here on.
 */
export interface ExtractAnnouncement {
  readonly kind: 'restarted' | 'untracked';
  /** Why, in the source's own words. */
  readonly why: string;
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
  /** Holds the declared columns against what the source says of its own; reads no row. Throws all that does not fit at once. */
  describe(request: ContractRequest, context: CallContext): Promise<SourceContract>;
  /** Reads one window into Parquet files under the request's prefix. Nothing refers to them yet. */
  extract(request: ExtractRequest, context: CallContext): Promise<ExtractReport>;
  /** Sums up rows where they are, to be compared with what arrived. */
  digest(request: SourceDigestRequest, context: CallContext): Promise<SourceDigest>;
}
