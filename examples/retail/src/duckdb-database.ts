import { DuckDBInstance } from '@duckdb/node-api';
import type { Database } from './source-tables.ts';

/** A DuckDB database of our own, for tests and the hand-written reference; the demo uses the stand-in's instead. */
export interface DuckdbDatabase extends Database {
  close(): void;
}

/** Opens a DuckDB database file, or one in memory. */
export async function openDuckdbDatabase(path = ':memory:'): Promise<DuckdbDatabase> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  return {
    run: (sql) => connection.run(sql),
    all: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
