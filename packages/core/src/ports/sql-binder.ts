import type { Column } from '../sql/column-type.ts';
import type { SqlText } from '../sql/text.ts';

/** Why a query does not bind. `position` is a 0-based character offset into the SQL that was bound; `name` the offending name. */
export interface BindFailure {
  readonly kind: 'unknown-column' | 'unknown-table' | 'type-error' | 'unsupported-type' | 'other';
  readonly message: string;
  readonly name?: string;
  readonly candidates?: readonly string[];
  readonly position?: number;
}

/** The outcome of binding: the columns that the query would give, or why it cannot. */
export type BindResult =
  | { readonly kind: 'bound'; readonly columns: readonly Column[] }
  | { readonly kind: 'failed'; readonly failure: BindFailure };

/** Tells a query's column types without data: binds it against empty tables. */
export interface SqlBinder {
  /** Creates (or replaces) an empty table that later queries may read. */
  declareTable(name: string, columns: readonly Column[]): Promise<void>;
  /** Binds one query in DuckDB's dialect. */
  bind(sql: SqlText): Promise<BindResult>;
}
