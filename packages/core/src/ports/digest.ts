import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';
import type { Column } from '../sql/column-type.ts';
import type { DriftRules, ExtractWindow, SourceColumn, SourceRelation } from './source.ts';

/** How closely a batch is compared with the source: by hashes of all values, or by counts of rows and of values. */
export type DigestLevel = 'hash' | 'count';

/** What one column holds. `hash`: the exact sum of a hash of each value, as decimal text; absent at level `count`. */
export interface ColumnDigest {
  /** Rows in which it is not NULL. */
  readonly values: number;
  readonly hash?: string;
}

/** What rows hold, in whatever order. `hash`: of whole rows, so that it also sees values that changed places between rows. */
export interface RowsDigest {
  readonly rows: number;
  readonly hash?: string;
  readonly columns: Readonly<Record<string, ColumnDigest>>;
}

/** The rows whose key column lies between two values, both included; values as text, timestamps in microseconds since 1970. */
export interface KeyRange {
  readonly column: string;
  readonly least: string;
  readonly greatest: string;
}

/** Splits the rows `within` some ranges into groups by a key column: below the first bound, from each bound up to the next. */
export interface KeySplit {
  readonly column: string;
  readonly bounds: readonly string[];
  readonly within: readonly KeyRange[];
}

/** A group of rows. `group`: how many of the bounds are at or below its keys; -1: rows without a value in the key column. */
export interface DigestGroup extends RowsDigest {
  readonly group: number;
  readonly least?: string;
  readonly greatest?: string;
}

/**
 * Where the rows of an extraction can be looked at again. `result`: the results that were fetched, as long as the source keeps
 * them; `instant`: the table as it was then, by the source's clock; `files`: files that are in this state; `present`: as they are now.
 */
export type RowsReference =
  | { readonly kind: 'result'; readonly statements: readonly string[] }
  | { readonly kind: 'instant'; readonly at: string }
  | { readonly kind: 'files'; readonly state: string }
  | { readonly kind: 'present' };

/** Rows of the source that are to be summed up. */
export interface SourceDigestRequest {
  readonly dataset: DatasetName;
  readonly relation: SourceRelation;
  readonly columns: readonly SourceColumn[];
  /** What was allowed to differ from the declared columns. */
  readonly drift?: DriftRules;
  /** The same columns with the types in which they came, of which the hashes are made. */
  readonly arrived: readonly Column[];
  /** How the extraction reads, and the ends that its window had. */
  readonly window: ExtractWindow;
  readonly ends: { readonly low?: string; readonly high?: string };
  readonly level: DigestLevel;
  readonly split?: KeySplit;
  /** Where to look; the first that the source still has. */
  readonly references: readonly RowsReference[];
}

/** What the source says of rows, and where it looked. */
export interface SourceDigest {
  readonly groups: readonly DigestGroup[];
  readonly reference: RowsReference;
}

/** Files of the lake whose rows are to be summed up. */
export interface LakeDigestRequest {
  readonly files: readonly ObjectKey[];
  /** Where files hold rows of several batches: the one whose rows count, by their column `_batch`. */
  readonly batch?: string;
  readonly columns: readonly Column[];
  readonly level: DigestLevel;
  /** Absent: all rows as one group. */
  readonly split?: KeySplit;
}

/** What the rows of one day hold, in whatever order: sums of hashes that mean something to one engine only. */
export interface DayDigest {
  readonly rows: number;
  /** Of whole rows. */
  readonly whole: string;
  /** Of each column, in the order of the request. */
  readonly columns: readonly string[];
}

/** Files of a table by day, whose rows are to be compared with those of another version. */
export interface DayDigestRequest {
  readonly files: Readonly<Record<LogicalDate, readonly ObjectKey[]>>;
  readonly columns: readonly Column[];
}

/** Sums up what Parquet files of the lake hold. Throws `lake/*`, `run/interrupted`. */
export interface LakeDigests {
  digest(request: LakeDigestRequest, signal: AbortSignal): Promise<readonly DigestGroup[]>;
  /** Sums up the rows of each day that has any. */
  digestDays(request: DayDigestRequest, signal: AbortSignal): Promise<ReadonlyMap<LogicalDate, DayDigest>>;
  /** Keys that cut the rows within some ranges into about `parts` equal parts; in order. */
  keyBounds(
    request: Pick<LakeDigestRequest, 'files' | 'batch' | 'columns'> & {
      readonly column: string;
      readonly within: readonly KeyRange[];
      readonly parts: number;
    },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}
