import type { DuckDBConnection } from '@duckdb/node-api';
import { readHistories } from '../history/history-tables.ts';
import { quoteText, type TableName } from '../sql/identifiers.ts';
import { USER_OBJECTS } from '../sql/state-schema.ts';

const MAY_WRITE = /\b(insert|update|delete|merge|truncate|copy|create|drop|alter|import|execute|call)\b/i;

/** Lists the tables that a text in DuckDB's SQL may have changed: those that it names, whatever for. */
export async function mentionedTables(connection: DuckDBConnection, database: string, sql: string): Promise<readonly TableName[]> {
  if (!MAY_WRITE.test(sql)) return [];
  const found = await connection.runAndReadAll(`SELECT schema_name, table_name FROM duckdb_tables()
    WHERE database_name = ${quoteText(database)} AND ${USER_OBJECTS}`);
  const existing = found.getRowsJson().map(([schema, name]) => ({ database, schema: String(schema), name: String(name) }));
  const known = (await readHistories(connection, database)).map(({ table }) => table);
  const all = new Map([...known, ...existing].map((table) => [`${table.schema}.${table.name}`.toLowerCase(), table]));
  const text = sql.toLowerCase();
  // What a prepared statement or a file of statements changes, nobody can read here.
  const isOpen = /\b(execute|import|call)\b/.test(text);
  return [...all.values()].filter(({ name }) => isOpen || text.includes(name.toLowerCase().replaceAll('"', '""')));
}
