import { missingObject } from '../errors/snowflake-error.ts';
import { quoteText, showTable, type TableName } from './identifiers.ts';
import { macro } from './macro-call.ts';
import { USER_OBJECTS } from './state-schema.ts';

/** Tells whether a name is one of INFORMATION_SCHEMA. */
export function isInformationSchema({ schema }: TableName): boolean {
  return schema === 'INFORMATION_SCHEMA';
}

/** The query behind a view of INFORMATION_SCHEMA. @throws SnowflakeError for one that this server has not. */
export function informationSchemaQuery(view: TableName): string {
  const query = VIEWS[view.name];
  if (query === undefined) throw missingObject('Object', showTable(view));
  return query(quoteText(view.database));
}

const DATA_TYPE = `replace(regexp_extract(${macro('shown_type', 'data_type', 'comment')}, '^[A-Z_]+'), 'VARCHAR', 'TEXT')`;

const VIEWS: Readonly<Record<string, (database: string) => string>> = {
  SCHEMATA: (database) =>
    `SELECT database_name AS "CATALOG_NAME", schema_name AS "SCHEMA_NAME" FROM duckdb_schemas()
     WHERE database_name = ${database} AND ${USER_OBJECTS}`,
  TABLES: (database) =>
    `SELECT database_name AS "TABLE_CATALOG", schema_name AS "TABLE_SCHEMA", table_name AS "TABLE_NAME",
       'BASE TABLE' AS "TABLE_TYPE", estimated_size AS "ROW_COUNT", estimated_size * column_count * 8 AS "BYTES" FROM duckdb_tables()
     WHERE database_name = ${database} AND ${USER_OBJECTS}
     UNION ALL SELECT database_name, schema_name, view_name, 'VIEW', NULL, NULL FROM duckdb_views()
     WHERE database_name = ${database} AND ${USER_OBJECTS}`,
  COLUMNS: (database) =>
    `SELECT database_name AS "TABLE_CATALOG", schema_name AS "TABLE_SCHEMA", table_name AS "TABLE_NAME",
       column_name AS "COLUMN_NAME", column_index AS "ORDINAL_POSITION", column_default AS "COLUMN_DEFAULT",
       CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS "IS_NULLABLE",
       ${DATA_TYPE} AS "DATA_TYPE",
       numeric_precision AS "NUMERIC_PRECISION", numeric_scale AS "NUMERIC_SCALE"
     FROM duckdb_columns() WHERE database_name = ${database} AND ${USER_OBJECTS}`,
};
