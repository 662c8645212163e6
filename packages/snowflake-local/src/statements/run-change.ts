import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName } from '../sql/identifiers.ts';
import type { TranslatedChange } from '../sql/statements/translated.ts';
import type { ChangeStatistics } from './run-statement.ts';

/** The answer to a change: the query that gives Snowflake's one row of counts, and the counts. */
export interface ChangeAnswer {
  readonly sql: string;
  readonly stats: ChangeStatistics;
}

/** Changes rows, and counts them. */
export async function runChange(connection: DuckDBConnection, { action, sql }: TranslatedChange): Promise<ChangeAnswer> {
  if (action === 'merge') return mergeAnswer(await runMerge(connection, sql));
  return changeAnswer(action, (await connection.runAndReadAll(sql)).rowsChanged);
}

/** The answer to a change of so many rows. */
export function changeAnswer(action: TranslatedChange['action'], rows: number): ChangeAnswer {
  switch (action) {
    case 'merge':
      return mergeAnswer(new Map());
    case 'insert':
      return { sql: countsQuery({ 'number of rows inserted': rows }), stats: statistics({ numRowsInserted: rows }) };
    case 'update': {
      const counts = { 'number of rows updated': rows, 'number of multi-joined rows updated': 0 };
      return { sql: countsQuery(counts), stats: statistics({ numRowsUpdated: rows }) };
    }
    case 'delete':
      return { sql: countsQuery({ 'number of rows deleted': rows }), stats: statistics({ numRowsDeleted: rows }) };
    default:
      return { sql: statusQuery('Statement executed successfully.'), stats: statistics({ numRowsDeleted: rows }) };
  }
}

/** The query that answers with one line of text. */
export function statusQuery(message: string): string {
  return `SELECT '${message.replaceAll("'", "''")}' AS "status"`;
}

async function runMerge(connection: DuckDBConnection, sql: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const action of chunk.getColumnValues(0)) counts.set(String(action), (counts.get(String(action)) ?? 0) + 1);
  }
  return counts;
}

function mergeAnswer(counts: ReadonlyMap<string, number>): ChangeAnswer {
  const [inserted, updated, deleted] = ['INSERT', 'UPDATE', 'DELETE'].map((action) => counts.get(action) ?? 0);
  const stats = statistics({ numRowsInserted: inserted ?? 0, numRowsUpdated: updated ?? 0, numRowsDeleted: deleted ?? 0 });
  return {
    sql: countsQuery({
      'number of rows inserted': stats.numRowsInserted,
      'number of rows updated': stats.numRowsUpdated,
      ...(stats.numRowsDeleted > 0 ? { 'number of rows deleted': stats.numRowsDeleted } : {}),
    }),
    stats,
  };
}

function countsQuery(counts: Readonly<Record<string, number>>): string {
  return `SELECT ${Object.entries(counts)
    .map(([name, count]) => `CAST(${count} AS BIGINT) AS ${quoteName(name)}`)
    .join(', ')}`;
}

function statistics(counts: Partial<ChangeStatistics>): ChangeStatistics {
  return { numRowsInserted: 0, numRowsUpdated: 0, numRowsDeleted: 0, numDuplicateRowsUpdated: 0, ...counts };
}
