import type { DatasetName } from '../layout/dataset-name.ts';
import type { CheckScan } from '../ports/sql-engine.ts';
import type { Check } from '../quality/check.ts';
import type { Column } from '../sql/column-type.ts';

/** A column of another dataset that a column's values come from. */
export interface ColumnSource {
  readonly dataset: DatasetName;
  readonly column: string;
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
  readonly evolution?: EvolutionRules;
  readonly checks: readonly Check[];
  readonly checkScans: readonly CheckScan[];
  /** SQL file, relative to the project, if there is one. */
  readonly file: string | undefined;
}

/** How a dataset's rows are divided among days. */
export type Partitioning = { readonly kind: 'snapshot' } | { readonly kind: 'event'; readonly eventTime: string };
