import { DuckDBInstance } from '@duckdb/node-api';

/** Runs one statement in a DuckDB of its own, e.g. to make a source's file. */
export async function runOnce(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '2GB', preserve_insertion_order: 'false' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** How many rows the Parquet files below some folders have. */
export async function countRows(...folders: readonly string[]): Promise<number> {
  const patterns = folders.map((folder) => `'${folder}/**/*.parquet'`).join(', ');
  const [row] = await runOnce(`SELECT count(*) FROM read_parquet([${patterns}], hive_partitioning = false)`);
  return Number(row?.[0]);
}
