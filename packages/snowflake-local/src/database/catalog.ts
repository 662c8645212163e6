import type { DuckDBConnection } from '@duckdb/node-api';
import { readTypeComment } from '../sql/column-comment.ts';
import { snowflakeType } from '../sql/duckdb-type.ts';
import { quoteText, type TableName } from '../sql/identifiers.ts';
import type { SnowflakeType } from '../sql/snowflake-type.ts';

/** A column of a table, as Snowflake describes it. */
export interface TableColumn {
  readonly name: string;
  readonly type: SnowflakeType | undefined;
  readonly isNullable: boolean;
}

/** What exists in the database, remembered between statements: DuckDB takes milliseconds to tell. */
export interface Catalog {
  /** Tells whether a schema exists. */
  hasSchema(connection: DuckDBConnection, schema: Pick<TableName, 'database' | 'schema'>): Promise<boolean>;
  /** Says what a name stands for; undefined if nothing has it. */
  relationKind(connection: DuckDBConnection, table: TableName): Promise<'Table' | 'View' | undefined>;
  /** Lists the columns of a table or view, in order. */
  columns(connection: DuckDBConnection, table: TableName): Promise<readonly TableColumn[]>;
  /** Forgets everything: something was defined. */
  forget(): void;
}

/** Makes a catalog that knows nothing yet. */
export function catalog(): Catalog {
  let known = new Map<string, unknown>();
  // What was read before a definition must not be remembered after it.
  const remember = async <T>(key: readonly string[], read: () => Promise<T>, isKnown: (value: unknown) => value is T): Promise<T> => {
    const memory = known;
    const name = JSON.stringify(key).toLowerCase();
    const found = memory.get(name);
    if (isKnown(found)) return found;
    const value = await read();
    memory.set(name, value);
    return value;
  };
  return {
    hasSchema: (connection, { database, schema }) =>
      remember(['schema', database, schema], () => readSchema(connection, database, schema), isTrue),
    relationKind: (connection, table) =>
      remember(['kind', table.database, table.schema, table.name], () => readKind(connection, table), isKind),
    columns: (connection, table) =>
      remember(['columns', table.database, table.schema, table.name], () => readColumns(connection, table), isColumns),
    forget() {
      known = new Map();
    },
  };
}

// What is missing is looked up again each time.
function isTrue(value: unknown): value is boolean {
  return value === true;
}

function isKind(value: unknown): value is 'Table' | 'View' | undefined {
  return value === 'Table' || value === 'View';
}

function isColumns(value: unknown): value is readonly TableColumn[] {
  return Array.isArray(value) && value.length > 0;
}

async function readSchema(connection: DuckDBConnection, database: string, schema: string): Promise<boolean> {
  const sql = `SELECT 1 FROM duckdb_schemas() WHERE database_name = ${quoteText(database)} AND ${sameName('schema_name', schema)}`;
  return (await connection.runAndReadAll(sql)).currentRowCount > 0;
}

async function readKind(connection: DuckDBConnection, table: TableName): Promise<'Table' | 'View' | undefined> {
  const sql = `SELECT 'Table' FROM duckdb_tables() WHERE ${isTable(table, 'table_name')}
    UNION ALL SELECT 'View' FROM duckdb_views() WHERE ${isTable(table, 'view_name')}`;
  const [row] = (await connection.runAndReadAll(sql)).getRowsJson();
  const kind = row?.[0];
  return kind === 'Table' || kind === 'View' ? kind : undefined;
}

async function readColumns(connection: DuckDBConnection, table: TableName): Promise<readonly TableColumn[]> {
  const sql = `SELECT column_name, data_type, comment, is_nullable FROM duckdb_columns()
    WHERE ${isTable(table, 'table_name')} ORDER BY column_index`;
  return (await connection.runAndReadAll(sql)).getRowsJson().map(([name, type, comment, isNullable]) => ({
    name: String(name),
    type: readTypeComment(typeof comment === 'string' ? comment : null) ?? snowflakeType(String(type)),
    isNullable: isNullable === true,
  }));
}

function isTable({ database, schema, name }: TableName, column: string): string {
  return `database_name = ${quoteText(database)} AND ${sameName('schema_name', schema)} AND ${sameName(column, name)}`;
}

function sameName(column: string, name: string): string {
  return `lower(${column}) = lower(${quoteText(name)})`;
}
