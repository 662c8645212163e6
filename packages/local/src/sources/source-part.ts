import type { SourceColumn } from '@snowmelt/core/ports';
import { identifier } from '../duckdb/duckdb-sql.ts';

/** A column as the source describes it; text formats know no type. */
export interface DescribedColumn {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

/** Rows of one shape: a table, a query, or the files that have the same columns. */
export interface SourcePart {
  /** `typed`: columns have types; `text`: each is text; `json`: the column `json` holds one object per row. */
  readonly form: 'typed' | 'text' | 'json';
  /** What stands after FROM. */
  readonly from: string;
  readonly columns: readonly DescribedColumn[];
}

/** A declared column and what it is in one part. */
export interface MatchedColumn {
  readonly declared: SourceColumn;
  readonly actual: DescribedColumn;
}

/** How one cell becomes its value, exactly or not at all. */
export interface CellCast {
  /** The cell itself; NULL where there is no value. */
  readonly cell: string;
  /** Gives the typed value; fails, or with `fits` false would lose something. */
  readonly value: string;
  /** True where `value` keeps everything that the cell says; absent where it always does. */
  readonly fits?: string;
}

/** The matched column's name, quoted. */
export function columnOf({ actual }: MatchedColumn): string {
  return identifier(actual.name);
}
