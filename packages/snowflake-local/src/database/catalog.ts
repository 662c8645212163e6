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

/** Tells whether a schema exists. */
export async function hasSchema(connection: DuckDBConnection, database: string, schema: string): Promise<boolean> {
  const sql = `SELECT 1 FROM duckdb_schemas() WHERE database_name = ${quoteText(database)} AND ${sameName('schema_name', schema)}`;
  return (await connection.runAndReadAll(sql)).currentRowCount > 0;
}

/** Says what a name stands for; undefined if nothing has it. */
export async function relationKind(connection: DuckDBConnection, table: TableName): Promise<'Table' | 'View' | undefined> {
  const where = (name: string): string =>
    `database_name = ${quoteText(table.database)} AND ${sameName('schema_name', table.schema)} AND ${sameName(name, table.name)}`;
  const sql = `SELECT 'Table' FROM duckdb_tables() WHERE ${where('table_name')}
    UNION ALL SELECT 'View' FROM duckdb_views() WHERE ${where('view_name')}`;
  const [row] = (await connection.runAndReadAll(sql)).getRowsJson();
  const kind = row?.[0];
  return kind === 'Table' || kind === 'View' ? kind : undefined;
}

/** Lists the columns of a table or view, in order. */
export async function tableColumns(connection: DuckDBConnection, table: TableName): Promise<readonly TableColumn[]> {
  const sql = `SELECT column_name, data_type, comment, is_nullable FROM duckdb_columns()
    WHERE database_name = ${quoteText(table.database)} AND ${sameName('schema_name', table.schema)} AND ${sameName('table_name', table.name)}
    ORDER BY column_index`;
  return (await connection.runAndReadAll(sql)).getRowsJson().map(([name, type, comment, isNullable]) => ({
    name: String(name),
    type: readTypeComment(typeof comment === 'string' ? comment : null) ?? snowflakeType(String(type)),
    isNullable: isNullable === true,
  }));
}

function sameName(column: string, name: string): string {
  return `lower(${column}) = lower(${quoteText(name)})`;
}
