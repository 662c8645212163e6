import type { DuckDBConnection, DuckDBResult, Json } from '@duckdb/node-api';
import { type Column, isSnowmeltError, type ObjectKey, type ObjectStore, SnowmeltError } from '@snowmelt/core/ports';
import { readDuckdbFailure } from './duckdb-error.ts';
import { duckdbModule } from './duckdb-module.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { identifier, literalList, selectFiles, selectJson } from './duckdb-sql.ts';
import { selectRefused } from './refused-files.ts';

/** A published table that a query may read, e.g. `gold.sales_summary`, and the files it consists of now. */
export interface PublishedRelation {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly files: readonly ObjectKey[];
  /** True: columns came in the course of time, so older files lack some. */
  readonly isMixed?: boolean;
  /** `json`: the files have one object a line, not Parquet. */
  readonly format?: 'json';
  /** True: refused rows; the day of their partition is `_day`. */
  readonly isRefused?: boolean;
}

/** A cell of a result. Decimals, dates, times and integers that a JavaScript number cannot hold are exact text. */
export type QueryValue = string | number | boolean | null;

/** A running query: its columns, and its rows as they come. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: AsyncIterable<readonly (readonly QueryValue[])[]>;
}

interface Tools {
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
}

/**
 * Runs a person's SQL over published tables: one reading statement, which sees these tables, their files and nothing else.
 * The database ends when `rows` has been read or is left. With `limit`, rows end there. @throws query/failed
 */
export async function queryPublished(
  tools: Tools,
  relations: readonly PublishedRelation[],
  sql: string,
  options: { readonly limit?: number } = {},
): Promise<QueryResult> {
  const database = await tools.session.openIsolated();
  try {
    await declare(database.connection, tools.store, relations);
    const result = await start(database.connection, sql);
    const columns = result.deduplicatedColumnNames().map((name, i) => ({ name, type: String(result.columnType(i)) }));
    return { columns, rows: readRows(result, options.limit ?? Number.POSITIVE_INFINITY, database.close) };
  } catch (error) {
    database.close();
    throw toQueryError(error);
  }
}

function selectRelation({ columns, isMixed, isRefused, format }: PublishedRelation, files: readonly string[]): string {
  if (isRefused === true) return selectRefused(columns, files);
  return format === 'json' && files.length > 0 ? selectJson(columns, files) : selectFiles(columns, files, [], isMixed);
}

async function declare(connection: DuckDBConnection, store: ObjectStore, relations: readonly PublishedRelation[]): Promise<void> {
  const paths = relations.flatMap((relation) => relation.files.map((key) => store.locate(key)));
  for (const schema of new Set(relations.map((relation) => schemaOf(relation.name)))) {
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
  }
  for (const relation of relations) {
    const view = relation.name.split('.').map(identifier).join('.');
    const select = selectRelation(
      relation,
      relation.files.map((key) => store.locate(key)),
    );
    await connection.run(`CREATE VIEW ${view} AS ${select}`);
  }
  await connection.run(`SET allowed_paths = ${literalList(paths)}`);
  await connection.run('SET enable_external_access = false; SET lock_configuration = true');
}

function schemaOf(name: string): string {
  return name.slice(0, Math.max(name.indexOf('.'), 0)) || 'main';
}

async function start(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const { StatementType } = duckdbModule();
  const statements = await connection.extractStatements(sql).catch((error: unknown) => {
    // What DuckDB answers to a text without any statement has no type.
    throw readDuckdbFailure(error).type === 'Unknown' ? notOneStatement(0) : error;
  });
  if (statements.count !== 1) throw notOneStatement(statements.count);
  const prepared = await statements.prepare(0);
  // EXPLAIN is not one: EXPLAIN ANALYZE COPY could write over a published file.
  if (prepared.statementType !== StatementType.SELECT) {
    throw new SnowmeltError('query/failed', {
      message: 'Only queries are possible here: published tables are changed by runs alone.',
      hint: 'Write a SELECT.',
    });
  }
  return await prepared.stream();
}

function notOneStatement(count: number): SnowmeltError {
  return new SnowmeltError('query/failed', { message: `Give one statement; there are ${count}.` });
}

async function* readRows(result: DuckDBResult, limit: number, close: () => void): AsyncGenerator<readonly (readonly QueryValue[])[]> {
  try {
    let left = limit;
    if (left <= 0) return;
    const isInteger = result.columnTypes().map((type) => /^U?(BIG|HUGE)INT$/.test(String(type)));
    for await (const rows of result.yieldRowsJson()) {
      yield rows.slice(0, left).map((row) => row.map((cell, i) => toQueryValue(cell, isInteger[i] === true)));
      left -= rows.length;
      if (left <= 0) return;
    }
  } catch (error) {
    throw toQueryError(error);
  } finally {
    close();
  }
}

function toQueryValue(cell: Json, isInteger: boolean): QueryValue {
  if (typeof cell === 'object' && cell !== null) return JSON.stringify(cell);
  if (!isInteger || typeof cell !== 'string') return cell;
  return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
}

function toQueryError(error: unknown): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const failure = readDuckdbFailure(error);
  if (failure.type === 'Permission') {
    return new SnowmeltError('query/failed', { message: 'A query may read published tables only, no other files.' });
  }
  // The person who asked is entitled to every row, so the message may name a value.
  return new SnowmeltError('query/failed', { message: failure.message.trim() });
}
