import type { TableName } from '../identifiers.ts';
import type { SnowflakeType } from '../snowflake-type.ts';

/** Where a result column comes from, as far as the statement's text says it. */
export type ProjectedColumn =
  | { readonly kind: 'column'; readonly name: string; readonly isRenamed: boolean }
  | { readonly kind: 'star'; readonly without: readonly string[] }
  | { readonly kind: 'expression'; readonly type?: SnowflakeType };

/** The columns of a query's result. `table`: the only table that it reads, which can tell their exact types. */
export interface Projection {
  readonly columns: readonly ProjectedColumn[];
  readonly table?: TableName;
}

/** A query. */
export interface TranslatedQuery {
  readonly kind: 'query';
  readonly sql: string;
  readonly tables: readonly TableName[];
  readonly projection: Projection;
  /** Few rows, whatever the tables hold. */
  readonly isSmall: boolean;
}

/** A statement that changes rows. */
export interface TranslatedChange {
  readonly kind: 'change';
  readonly action: 'insert' | 'update' | 'delete' | 'merge' | 'truncate';
  readonly sql: string;
  readonly tables: readonly TableName[];
}

/** What a definition makes, removes or alters. */
export type DefinedObject =
  | { readonly type: 'Table' | 'View'; readonly name: TableName }
  | { readonly type: 'Schema'; readonly name: { readonly database: string; readonly schema: string } };

/** A statement that changes tables, views or schemas themselves. */
export interface TranslatedDefinition {
  readonly kind: 'definition';
  readonly object: DefinedObject;
  /** What must hold before, and what happens where it does not. */
  readonly mode: 'create' | 'create-if-absent' | 'replace' | 'drop' | 'drop-if-present' | 'alter';
  /** Run together: all or none. */
  readonly sql: readonly string[];
  readonly tables: readonly TableName[];
  /** What Snowflake answers. */
  readonly message: string;
}

/** A statement that is ready for DuckDB. */
export type TranslatedStatement = TranslatedQuery | TranslatedChange | TranslatedDefinition;
