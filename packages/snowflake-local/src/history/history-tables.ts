import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText, type TableName } from '../sql/identifiers.ts';
import { stateTable } from '../sql/state-schema.ts';

/** What is known of a table's past. Commits are counted; 0 is the time before the first one that the server saw. */
export interface TableHistory {
  readonly table: TableName;
  /** Names its history: see `versionsTable`. 0 for a table that nothing is known of. */
  readonly id: number;
  readonly created: number;
  /** The last commit that changed it without its history being kept. */
  readonly changed: number;
  /** The commit from which on every version of a row is kept. */
  readonly keptFrom: number | undefined;
  /** The commit from which on changes are tracked. */
  readonly trackedFrom: number | undefined;
  readonly retentionDays: number;
}

/** Makes the tables of commits and of tables. */
export async function prepareHistory(connection: DuckDBConnection, database: string): Promise<void> {
  await connection.run(
    `CREATE TABLE IF NOT EXISTS ${stateTable(database, 'COMMITS')} (seq BIGINT, committed_at TIMESTAMP, statement VARCHAR)`,
  );
  await connection.run(`CREATE TABLE IF NOT EXISTS ${stateTable(database, 'TABLES')}
    (id BIGINT, schema_name VARCHAR, name VARCHAR, created BIGINT, changed BIGINT, kept_from BIGINT, tracked_from BIGINT, retention BIGINT)`);
}

/** Names the table of a table's row versions. */
export function versionsTable({ table, id }: TableHistory): string {
  return stateTable(table.database, `VERSIONS_${id}`);
}

/** Reads what is known of a table's past. */
export async function readTableHistory(connection: DuckDBConnection, table: TableName): Promise<TableHistory> {
  const [row] = await readRows(connection, table.database, isTable(table));
  return row ?? { table, id: 0, created: 0, changed: 0, keptFrom: undefined, trackedFrom: undefined, retentionDays: 1 };
}

/** Reads what is known of all tables of a database. */
export async function readHistories(connection: DuckDBConnection, database: string): Promise<readonly TableHistory[]> {
  return readRows(connection, database, 'true');
}

/** Notes what is known of a table's past, and gives it with its id. */
export async function writeTableHistory(connection: DuckDBConnection, history: TableHistory): Promise<TableHistory> {
  const { table } = history;
  const tables = stateTable(table.database, 'TABLES');
  const id = history.id === 0 ? await nextId(connection, tables) : history.id;
  await connection.run(`DELETE FROM ${tables} WHERE id = ${id}`);
  const numbers = [history.created, history.changed, history.keptFrom ?? 'NULL', history.trackedFrom ?? 'NULL', history.retentionDays];
  await connection.run(`INSERT INTO ${tables} VALUES (${id}, ${quoteText(table.schema)}, ${quoteText(table.name)}, ${numbers.join(', ')})`);
  return { ...history, id };
}

/** Forgets a table's past. */
export async function dropTableHistory(connection: DuckDBConnection, history: TableHistory): Promise<void> {
  if (history.id === 0) return;
  await connection.run(`DROP TABLE IF EXISTS ${versionsTable(history)}`);
  await connection.run(`DELETE FROM ${stateTable(history.table.database, 'TABLES')} WHERE id = ${history.id}`);
}

async function readRows(connection: DuckDBConnection, database: string, condition: string): Promise<readonly TableHistory[]> {
  const found = await connection.runAndReadAll(`SELECT id, schema_name, name, created, changed, kept_from, tracked_from, retention
    FROM ${stateTable(database, 'TABLES')} WHERE ${condition} ORDER BY id`);
  return found.getRowsJson().map(([id, schema, name, created, changed, keptFrom, trackedFrom, retention]) => ({
    id: Number(id),
    table: { database, schema: String(schema), name: String(name) },
    created: Number(created),
    changed: Number(changed),
    keptFrom: keptFrom === null ? undefined : Number(keptFrom),
    trackedFrom: trackedFrom === null ? undefined : Number(trackedFrom),
    retentionDays: Number(retention),
  }));
}

async function nextId(connection: DuckDBConnection, tables: string): Promise<number> {
  const found = await connection.runAndReadAll(`SELECT coalesce(max(id), 0) + 1 FROM ${tables}`);
  return Number(found.getRowsJson()[0]?.[0]);
}

function isTable({ schema, name }: TableName): string {
  return `lower(schema_name) = lower(${quoteText(schema)}) AND lower(name) = lower(${quoteText(name)})`;
}
