import type { TableName } from '../identifiers.ts';
import type { PastTable } from '../past-tables.ts';
import type { ResultScan } from '../result-scans.ts';
import type { SnowflakeType } from '../snowflake-type.ts';

/** Where a result column comes from, as far as the statement's text says it. */
export type ProjectedColumn =
  | { readonly kind: 'column'; readonly name: string; readonly isRenamed: boolean }
  | { readonly kind: 'star'; readonly without: readonly string[] }
  | { readonly kind: 'expression'; readonly type?: SnowflakeType; readonly integer?: IntegerWord };

/** What a column was cast to, where the word says how Parquet is to hold it. */
export type IntegerWord = 'TINYINT' | 'SMALLINT' | 'INTEGER' | 'BIGINT';

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
  /** The tables among them that are to be seen as they were. */
  readonly past: readonly PastTable[];
  readonly scans: readonly ResultScan[];
  readonly projection: Projection;
  /** Few rows, whatever the tables hold. */
  readonly isSmall: boolean;
}

/** A statement that changes rows. */
export interface TranslatedChange {
  readonly kind: 'change';
  readonly action: 'insert' | 'update' | 'delete' | 'merge' | 'truncate';
  readonly target: TableName;
  readonly sql: string;
  readonly past: readonly PastTable[];
  readonly tables: readonly TableName[];
}

/** What a definition makes, removes or alters. */
export type DefinedObject =
  | { readonly type: 'Table' | 'View'; readonly name: TableName }
  | { readonly type: 'Schema'; readonly name: { readonly database: string; readonly schema: string } };

/** What a table is told about its past. */
export interface TableSettings {
  readonly changeTracking?: boolean;
  readonly retentionDays?: number;
}

/** A statement that changes tables, views or schemas themselves. */
export interface TranslatedDefinition {
  readonly kind: 'definition';
  readonly object: DefinedObject;
  /** What must hold before, and what happens where it does not. */
  readonly mode: 'create' | 'create-if-absent' | 'replace' | 'drop' | 'drop-if-present' | 'alter';
  /** Run together: all or none. */
  readonly sql: readonly string[];
  readonly tables: readonly TableName[];
  readonly past: readonly PastTable[];
  readonly settings?: TableSettings;
  readonly renamedTo?: TableName;
  /** What Snowflake answers. */
  readonly message: string;
}

/** What must hold before something is made, and what happens where it does not. */
export type CreationMode = 'create' | 'create-if-absent' | 'replace';

/** COPY INTO a stage: a query whose rows become Parquet files there. */
export interface TranslatedUnload {
  readonly kind: 'unload';
  readonly query: TranslatedQuery;
  readonly tables: readonly TableName[];
  readonly stage: TableName;
  /** Behind the stage: a folder if it ends with a slash, else the beginning of the files' names. */
  readonly path: string;
  readonly compression: 'snappy' | 'none';
  readonly hasHeader: boolean;
  readonly isDetailed: boolean;
  readonly includesQueryId: boolean;
  readonly isSingle: boolean;
  readonly overwrites: boolean;
  readonly maxFileBytes: number;
  /** Timestamps are cut to milliseconds, as Snowflake does unless a parameter says otherwise. */
  readonly millisecondTimes: boolean;
}

/** A stage or an integration; an integration has no database and no schema. */
export interface StageObject {
  readonly type: 'Stage' | 'Integration';
  readonly name: TableName;
}

/** What is done with stages and integrations. */
export type StageOperation =
  | {
      readonly action: 'create';
      readonly mode: CreationMode;
      readonly object: StageObject;
      readonly settings: Readonly<Record<string, string>>;
    }
  | { readonly action: 'drop'; readonly mode: 'drop' | 'drop-if-present'; readonly object: StageObject }
  | { readonly action: 'describe'; readonly object: StageObject }
  | { readonly action: 'show'; readonly type: StageObject['type']; readonly like?: string; readonly schema?: string };

/** A statement about stages and integrations. */
export interface TranslatedStageStatement {
  readonly kind: 'stage';
  readonly operation: StageOperation;
  readonly tables: readonly TableName[];
}

/** What a privilege is granted on. */
export interface GrantedObject {
  readonly type: string;
  readonly name: string;
}

/** What is done with roles, users and warehouses, and with what roles may do. Nothing of it is enforced. */
export type AccessOperation =
  | {
      readonly action: 'create';
      readonly mode: CreationMode;
      readonly type: 'Role' | 'User' | 'Warehouse';
      readonly name: string;
      readonly settings: Readonly<Record<string, string>>;
    }
  | {
      readonly action: 'grant';
      readonly privileges: readonly string[];
      readonly object: GrantedObject;
      readonly grantee: { readonly type: 'ROLE' | 'USER'; readonly name: string };
    }
  | { readonly action: 'show-grants'; readonly role: string }
  | { readonly action: 'show-warehouses'; readonly like?: string };

/** A statement about who may do what. */
export interface TranslatedAccessStatement {
  readonly kind: 'access';
  readonly operation: AccessOperation;
  readonly tables: readonly TableName[];
}

/** A statement that sets parameters of the session, for the statements after it. */
export interface TranslatedSession {
  readonly kind: 'session';
  readonly parameters: Readonly<Record<string, string>>;
  readonly tables: readonly TableName[];
}

/** A statement that is ready for DuckDB. */
export type TranslatedStatement =
  | TranslatedQuery
  | TranslatedChange
  | TranslatedDefinition
  | TranslatedUnload
  | TranslatedStageStatement
  | TranslatedAccessStatement
  | TranslatedSession;
