import { afterAll } from 'vitest';
import { openDuckdb } from '../../local/src/duckdb/duckdb-session.ts';
import { quoteLiteral } from '../src/sql/text.ts';

/** Lets the tests of a file ask what DuckDB makes of an expression over `x` for each value of a type; answers are texts. */
export function openEvaluator() {
  const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
  afterAll(() => session.close());
  return async (expression: string, values: readonly (string | null)[], type = 'VARCHAR') => {
    const connection = await session.connect();
    try {
      const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
      const sql = `SELECT CAST(${expression} AS VARCHAR) FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
      return (await connection.runAndReadAll(sql)).getRowsJson().flat();
    } finally {
      connection.closeSync();
    }
  };
}
