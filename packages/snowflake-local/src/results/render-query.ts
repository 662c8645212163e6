import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog } from '../database/catalog.ts';
import { quoteText } from '../sql/identifiers.ts';
import type { Projection } from '../sql/statements/translated.ts';
import { encodeCell } from './encode-cell.ts';
import { type PartitionLimits, type StoredPartition, storeRows, writePartitions } from './partition-writer.ts';
import { type ResultColumn, resultColumns } from './result-column.ts';
import type { ResultFormat } from './result-format.ts';
import type { ResultPlace } from './result-store.ts';
import { type RowTypeColumn, rowType } from './row-type.ts';

/** A result whose rows lie in the store. */
export interface StoredResult {
  readonly place: ResultPlace;
  readonly columns: readonly RowTypeColumn[];
  readonly partitions: readonly StoredPartition[];
}

/** What a query is run with. */
export interface QueryRun {
  readonly connection: DuckDBConnection;
  readonly catalog: Catalog;
  readonly place: ResultPlace;
  readonly limits: PartitionLimits;
  readonly format: ResultFormat;
}

/** A query, and what its text says of its result. */
export interface RenderedQuery {
  readonly sql: string;
  readonly projection: Projection;
  readonly isSmall: boolean;
}

/** Runs a query and stores its rows. DuckDB itself writes them as JSON, so no cell ever becomes a JavaScript value. */
export async function renderQuery({ sql, projection, isSmall }: RenderedQuery, run: QueryRun): Promise<StoredResult> {
  const { connection, place, limits, format } = run;
  const columns = await describeQuery({ sql, projection }, run);
  const cells = columns.map((column, at) => encodeCell(`c${at}`, column, format));
  const names = columns.map((_, at) => `c${at}`);
  const rows = `SELECT json_array(${cells.join(', ')}) FROM (${sql}) AS r(${names.join(', ')})`;
  const partitions = isSmall
    ? await storeRows((await connection.runAndReadAll(rows)).getRowsJson().flat().map(String), place, limits, format)
    : await copyRows(rows, run);
  return { place, columns: rowType(columns, projection.table), partitions };
}

/** Says what the result of a query will look like, without running it. */
export async function describeResult(query: RenderedQuery, run: QueryRun): Promise<StoredResult> {
  return { place: run.place, columns: rowType(await describeQuery(query, run), query.projection.table), partitions: [] };
}

async function copyRows(rows: string, { connection, place, limits, format }: QueryRun): Promise<readonly StoredPartition[]> {
  const file = join(await place.folder(), 'rows');
  // JSON escapes every control character: a line is a row, and the delimiter occurs in none.
  const csv = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001')";
  try {
    await connection.run(`COPY (${rows}) TO ${quoteText(file)} ${csv}`);
    return await writePartitions(file, place, limits, format);
  } finally {
    await rm(file, { force: true });
  }
}

/** Says which columns a query gives, without running it. @throws SnowflakeError for a type that Snowflake has not */
export async function describeQuery(
  { sql, projection }: Pick<RenderedQuery, 'sql' | 'projection'>,
  { connection, catalog }: Pick<QueryRun, 'connection' | 'catalog'>,
): Promise<readonly ResultColumn[]> {
  const table = projection.table === undefined ? [] : await catalog.columns(connection, projection.table);
  const prepared = await connection.prepare(sql);
  try {
    const columns = Array.from({ length: prepared.columnCount }, (_, at) => {
      const type = prepared.columnType(at);
      return { name: prepared.columnName(at), duckdbType: type.alias ?? type.toString() };
    });
    return resultColumns(columns, projection, table);
  } finally {
    prepared.destroySync();
  }
}
