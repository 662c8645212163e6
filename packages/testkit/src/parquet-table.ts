import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import { type Column, quoteIdentifier, quoteLiteral, renderColumnType } from '@snowmelt/core/ports';

/** Writes a Parquet file for a test: `rows` hold SQL expressions, e.g. `[['1', "'a'"], ['2', 'NULL']]`. */
export async function writeTestParquet(path: string, columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const names = columns.map((column) => quoteIdentifier(column.name, 'duckdb'));
  const casts = columns.map((column, i) => `CAST(${names[i]} AS ${renderColumnType(column.type, 'duckdb')}) AS ${names[i]}`);
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  const nulls = `(${columns.map(() => 'NULL').join(', ')})`;
  const source = rows.length === 0 ? `(VALUES ${nulls}) AS t(${names}) WHERE false` : `(VALUES ${values}) AS t(${names})`;
  await query(`COPY (SELECT ${casts.join(', ')} FROM ${source}) TO ${quoteLiteral(path, 'duckdb')} (FORMAT parquet)`);
}

/** The rows of a Parquet file in their order, as JSON values: integers, decimals and dates are texts. */
export async function readTestParquet(path: string): Promise<readonly (readonly Json[])[]> {
  return await query(`SELECT * FROM read_parquet(${quoteLiteral(path, 'duckdb')}, hive_partitioning = false)`);
}

/** The columns of a Parquet file, as `name TYPE`. */
export async function describeTestParquet(path: string): Promise<readonly string[]> {
  const rows = await query(`DESCRIBE SELECT * FROM read_parquet(${quoteLiteral(path, 'duckdb')}, hive_partitioning = false)`);
  return rows.map(([name, type]) => `${name} ${type}`);
}

async function query(sql: string): Promise<readonly (readonly Json[])[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
