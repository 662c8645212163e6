import type { DuckdbSession } from './duckdb-session.ts';

/** The version of DuckDB that runs here, e.g. `v1.5.5`. */
export async function duckdbVersion(session: DuckdbSession): Promise<string> {
  const connection = await session.connect();
  try {
    const [[found] = []] = (await connection.runAndReadAll('SELECT version()')).getRowsJson();
    return String(found);
  } finally {
    connection.closeSync();
  }
}
