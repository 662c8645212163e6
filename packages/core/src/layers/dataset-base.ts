import type { DatasetName } from '../layout/dataset-name.ts';
import type { CheckScan } from '../ports/sql-engine.ts';
import type { Check } from '../quality/check.ts';
import type { Column } from '../sql/column-type.ts';

/** A column of another dataset that a column's values come from. */
export interface ColumnSource {
  readonly dataset: DatasetName;
  readonly column: string;
}

/** What every dataset of the graph has. */
export interface DatasetBase {
  readonly name: DatasetName;
  readonly description: string | undefined;
  readonly columns: readonly Column[];
  readonly inputs: readonly DatasetName[];
  /** Changes exactly when a rebuild could give other rows. */
  readonly fingerprint: string;
  readonly lineage: Readonly<Record<string, readonly ColumnSource[]>>;
  readonly checks: readonly Check[];
  readonly checkScans: readonly CheckScan[];
  /** SQL file, relative to the project, if there is one. */
  readonly file: string | undefined;
}

/** How a dataset's rows are divided among days. */
export type Partitioning =
  /** `history`: it holds all versions of every row, each with the time in which it was so. */
  | { readonly kind: 'snapshot'; readonly history?: true }
  | { readonly kind: 'event'; readonly eventTime: string }
  /** Not by days at all: one state, in files by key; `buckets` says in how many, if the declaration does. */
  | { readonly kind: 'keyed'; readonly buckets?: number | undefined };
