import { missingObject } from '../errors/snowflake-error.ts';
import type { Binding } from './bindings.ts';
import { identifierName, type TableName } from './identifiers.ts';
import type { PastTable } from './past-tables.ts';
import type { ResultScan } from './result-scans.ts';
import type { Session } from './session.ts';
import { STATE_SCHEMA } from './state-schema.ts';
import { type Fields, isPresent } from './tree.ts';

/** What a part of a statement may refer to, and the tables that were found so far. */
export interface Scope {
  readonly session: Session;
  /** Names of the common table expressions that are visible here. */
  readonly ctes: ReadonlySet<string>;
  /** Every table or view that the statement reads or writes, to be looked up before it runs. */
  readonly tables: TableName[];
  /** The tables that are to be seen as they were. */
  readonly past: PastTable[];
  /** The results of earlier statements that are read as tables. */
  readonly scans: ResultScan[];
  readonly bindings: Readonly<Record<string, Binding>>;
  /** Translates any node. It is passed along because a query holds expressions and an expression holds queries. */
  readonly print: (node: unknown, scope: Scope) => string;
}

/** The scope of a whole statement. */
export function rootScope({ session, bindings, print }: Pick<Scope, 'session' | 'bindings' | 'print'>): Scope {
  return { session, bindings, print, ctes: new Set(), tables: [], past: [], scans: [] };
}

/** The scope in which one more common table expression is visible. */
export function withCte(scope: Scope, name: string): Scope {
  return { ...scope, ctes: new Set([...scope.ctes, name]) };
}

/** Completes a table's name with the session's database and schema. @throws SnowflakeError for another database. */
export function resolveTable(table: Fields, { session }: Scope): TableName {
  const database = isPresent(table['catalog']) ? identifierName(table['catalog']) : session.database;
  if (database !== session.database) throw missingObject('Database', database);
  const schema = isPresent(table['schema']) ? identifierName(table['schema']) : session.schema;
  if (schema === STATE_SCHEMA) throw missingObject('Schema', `${database}.${schema}`);
  return { database, schema, name: identifierName(table['name']) };
}

/** Tells whether a table reference means a common table expression. */
export function isCte(table: Fields, { ctes }: Scope): boolean {
  return !isPresent(table['schema']) && !isPresent(table['catalog']) && ctes.has(identifierName(table['name']));
}
