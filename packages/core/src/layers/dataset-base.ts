import type { Place } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { Measurement } from '../ports/measure.ts';
import type { CheckScan } from '../ports/sql-engine.ts';
import type { Check } from '../quality/check.ts';
import type { RefusingSql } from '../quality/refusing.ts';
import type { Column } from '../sql/column-type.ts';
import type { ColumnUse } from '../sql/lineage/flow.ts';

/** A column of another dataset that acts on a column's values. */
export interface ColumnSource {
  readonly dataset: DatasetName;
  readonly column: string;
  /** How: the value itself is there, or it only decides. */
  readonly uses: readonly ColumnUse[];
  /** True: the value cannot be read from what has become of it. */
  readonly masked?: true;
}

/** Which changes of a dataset's columns are allowed, and which columns had another name before (new name: old name). */
export interface EvolutionRules {
  readonly policy: 'any' | 'compatible' | 'freeze';
  readonly renamed: Readonly<Record<string, string>>;
}

/** What every dataset of the graph has. */
export interface DatasetBase {
  readonly name: DatasetName;
  readonly description: string | undefined;
  readonly columns: readonly Column[];
  readonly inputs: readonly DatasetName[];
  /** Changes exactly when a rebuild could give other rows. */
  readonly fingerprint: string;
  /** A digest of each part of the definition, by what the part is called in messages. */
  readonly definition?: Readonly<Record<string, string>>;
  /** Columns of an input that can have a say in the rows; all of them where an input is not named. */
  readonly reads?: Readonly<Record<DatasetName, readonly string[]>>;
  readonly lineage: Readonly<Record<string, readonly ColumnSource[]>>;
  /** What decides which rows there are, whatever the column; absent: nothing. */
  readonly rowLineage?: readonly ColumnSource[];
  /** Where columns are written, as far as that is known. */
  readonly columnPlaces?: Readonly<Record<string, Place>>;
  readonly evolution?: EvolutionRules;
  readonly checks: readonly Check[];
  readonly checkScans: readonly CheckScan[];
  /** What its checks measure in one scan; absent: nothing. */
  readonly measurement?: Measurement;
  /** How its checks set rows of its model aside; absent: they do not. */
  readonly refusing?: RefusingSql;
  /** Other datasets that its checks read. */
  readonly references?: readonly DatasetName[];
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
