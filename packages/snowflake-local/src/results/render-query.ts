import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { tableColumns } from '../database/catalog.ts';
import { quoteText, type TableName } from '../sql/identifiers.ts';
import type { Projection } from '../sql/statements/translated.ts';
import { encodeCell } from './encode-cell.ts';
import { type PartitionLimits, type StoredPartition, writePartitions } from './partition-writer.ts';
import { type ResultColumn, resultColumns } from './result-column.ts';
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
  readonly place: ResultPlace;
  readonly limits: PartitionLimits;
}

/** Runs a query. DuckDB itself writes the rows as JSON, so no cell ever becomes a JavaScript value. */
export async function renderQuery(sql: string, projection: Projection, run: QueryRun): Promise<StoredResult> {
  const { connection, place, limits } = run;
  const columns = await describeQuery(connection, sql, projection);
  const rowsFile = join(place.folder, 'rows');
  const cells = columns.map((column, at) => encodeCell(`c${at}`, column));
  const names = columns.map((_, at) => `c${at}`);
  // JSON escapes every control character: a line is a row, and the delimiter occurs in none.
  const format = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001')";
  const rows = `SELECT json_array(${cells.join(', ')}) FROM (${sql}) AS r(${names.join(', ')})`;
  try {
    await connection.run(`COPY (${rows}) TO ${quoteText(rowsFile)} ${format}`);
    return { place, columns: rowType(columns, projection.table), partitions: await writePartitions(rowsFile, place, limits) };
  } finally {
    await rm(rowsFile, { force: true });
  }
}

async function describeQuery(connection: DuckDBConnection, sql: string, projection: Projection): Promise<readonly ResultColumn[]> {
  const described = (await connection.runAndReadAll(`DESCRIBE (${sql})`)).getRowsJson();
  const columns = described.map(([name, type]) => ({ name: String(name), duckdbType: String(type) }));
  return resultColumns(columns, projection, await columnsOf(connection, projection.table));
}

async function columnsOf(connection: DuckDBConnection, table: TableName | undefined): ReturnType<typeof tableColumns> {
  return table === undefined ? [] : tableColumns(connection, table);
}
