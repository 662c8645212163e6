import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';
import type { Column } from '../sql/column-type.ts';
import type { FixtureRow } from './fixture-tables.ts';

/** A file and the day whose rows it holds. */
export interface DatedFile {
  readonly day: LogicalDate;
  readonly key: ObjectKey;
}

/** Two sets of files that should hold the same rows. */
export interface RowComparison {
  readonly columns: readonly Column[];
  readonly left: readonly DatedFile[];
  readonly right: readonly DatedFile[];
  /** How far doubles may be apart: this much of the greater one, or of 1 if that is more. All else is compared exactly. */
  readonly tolerance: number;
  /** Rows of each side to give back at most. */
  readonly shown: number;
}

/** A column that two sets of files do not store alike; without a type where it is not there. */
export interface StoredTypes {
  readonly column: string;
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** What two sets of files differ in. Equal: no types, no columns, no rows of one side only. */
export interface RowsDifference {
  readonly types: readonly StoredTypes[];
  /** Columns that hold other values. */
  readonly columns: readonly string[];
  readonly rows: { readonly left: number; readonly right: number };
  /** Rows that only one side has, and some of them; `_day` is the day of their file. */
  readonly lonely: { readonly left: number; readonly right: number };
  readonly examples: { readonly left: readonly FixtureRow[]; readonly right: readonly FixtureRow[] };
}

/** Reads what engines wrote and says where it differs. Throws `lake/*`, `run/interrupted`. */
export interface RowComparer {
  compare(comparison: RowComparison, signal: AbortSignal): Promise<RowsDifference>;
  /** Rows of files that have in some column one of the values named for it; all of them where none is named. */
  find(
    request: {
      readonly files: readonly ObjectKey[];
      readonly columns: readonly Column[];
      readonly having: Readonly<Record<string, readonly string[]>>;
      readonly limit: number;
    },
    signal: AbortSignal,
  ): Promise<readonly FixtureRow[]>;
}
