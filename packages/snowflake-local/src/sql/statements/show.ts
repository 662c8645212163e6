import { missingObject, unsupported } from '../../errors/snowflake-error.ts';
import { identifierName, quoteText, type TableName } from '../identifiers.ts';
import { macro } from '../macro-call.ts';
import { resolveTable, type Scope } from '../scope.ts';
import { stateTable, USER_OBJECTS } from '../state-schema.ts';
import { allowOnly, type Fields, isPresent, literalText, nodeOf } from '../tree.ts';
import type { TranslatedQuery } from './translated.ts';

/** Translates DESCRIBE TABLE and DESCRIBE VIEW. */
export function translateDescribe(fields: Fields, scope: Scope): TranslatedQuery {
  allowOnly('DESCRIBE', fields, ['target', 'kind']);
  const { kind, fields: target } = nodeOf(fields['target']);
  if (kind !== 'table' || !['TABLE', 'VIEW', ''].includes(String(fields['kind'] ?? '')))
    throw unsupported(`DESCRIBE ${String(fields['kind'])}`);
  const table = resolveTable(target, scope);
  const sql = `SELECT column_name AS "name", ${macro('shown_type', 'data_type', 'comment')} AS "type", 'COLUMN' AS "kind",
    CASE WHEN is_nullable THEN 'Y' ELSE 'N' END AS "null?", column_default AS "default", 'N' AS "primary key", 'N' AS "unique key",
    NULL::VARCHAR AS "check", NULL::VARCHAR AS "expression", ${macro('shown_comment', 'comment')} AS "comment"
    FROM duckdb_columns() WHERE ${isTable(table)} ORDER BY column_index`;
  return { kind: 'query', sql, tables: [table], past: [], scans: [], projection: { columns: [] }, isSmall: false };
}

function isTable({ database, schema, name }: TableName): string {
  return `database_name = ${quoteText(database)} AND lower(schema_name) = lower(${quoteText(schema)}) AND lower(table_name) = lower(${quoteText(name)})`;
}

/** Translates SHOW TABLES, VIEWS, COLUMNS and SCHEMAS. */
export function translateShow(fields: Fields, scope: Scope): TranslatedQuery {
  allowOnly('SHOW', fields, ['this', 'like', 'scope_kind', 'scope']);
  const what = String(fields['this']).toUpperCase();
  const like = isPresent(fields['like']) ? literalText(fields['like']) : undefined;
  const place = placeOf(fields, scope, what);
  const show = SHOWS[what];
  if (show === undefined) throw unsupported(`SHOW ${what}`);
  const matches = like === undefined ? '' : ` WHERE "${what === 'COLUMNS' ? 'column_name' : 'name'}" ILIKE ${quoteText(like)}`;
  const sql = `SELECT * FROM (${show(place.condition, scope.session.database)})${matches} ORDER BY ALL`;
  return { kind: 'query', sql, tables: place.tables, past: [], scans: [], projection: { columns: [] }, isSmall: false };
}

interface Place {
  readonly condition: string;
  readonly tables: readonly TableName[];
}

// Names arrive as a table reference whatever they name: `IN SCHEMA A.B` has B in the table's place.
function placeOf(fields: Fields, scope: Scope, what: string): Place {
  const { session } = scope;
  const inDatabase = `database_name = ${quoteText(session.database)}`;
  const inSchema = (schema: string): Place => ({ condition: `${inDatabase} AND schema_name = ${quoteText(schema)}`, tables: [] });
  if (!isPresent(fields['scope']))
    return what === 'SCHEMAS' || fields['scope_kind'] === 'DATABASE' ? { condition: inDatabase, tables: [] } : inSchema(session.schema);
  const name = nodeOf(fields['scope']).fields;
  if (what === 'COLUMNS') {
    const table = resolveTable(name, scope);
    return { condition: isTable(table), tables: [table] };
  }
  const database = fields['scope_kind'] === 'DATABASE' ? name['name'] : name['schema'];
  if (isPresent(database) && identifierName(database) !== session.database) throw missingObject('Database', identifierName(database));
  return fields['scope_kind'] === 'DATABASE' ? { condition: inDatabase, tables: [] } : inSchema(identifierName(name['name']));
}

function pastOf(database: string, value: string): string {
  return `(SELECT ${value} FROM ${stateTable(database, 'TABLES')} AS p
    WHERE lower(p.schema_name) = lower(t.schema_name) AND lower(p.name) = lower(t.table_name))`;
}

const SHOWS: Readonly<Record<string, (condition: string, database: string) => string>> = {
  SCHEMAS: (condition) =>
    `SELECT schema_name AS "name", database_name AS "database_name" FROM duckdb_schemas() WHERE ${condition} AND ${USER_OBJECTS}`,
  TABLES: (condition, database) =>
    `SELECT table_name AS "name", database_name AS "database_name", schema_name AS "schema_name", 'TABLE' AS "kind",
       estimated_size AS "rows", ${pastOf(database, "CASE WHEN max(tracked_from) IS NULL THEN 'OFF' ELSE 'ON' END")} AS "change_tracking",
       ${pastOf(database, 'CAST(coalesce(max(retention), 1) AS VARCHAR)')} AS "retention_time" FROM duckdb_tables() AS t WHERE ${condition} AND ${USER_OBJECTS}`,
  VIEWS: (condition) =>
    `SELECT view_name AS "name", database_name AS "database_name", schema_name AS "schema_name", 'VIEW' AS "kind"
       FROM duckdb_views() WHERE ${condition} AND ${USER_OBJECTS}`,
  COLUMNS: (condition) =>
    `SELECT table_name AS "table_name", schema_name AS "schema_name", column_name AS "column_name",
       ${macro('shown_type', 'data_type', 'comment')} AS "data_type", is_nullable AS "null?", database_name AS "database_name"
     FROM duckdb_columns() WHERE ${condition} AND ${USER_OBJECTS}`,
};
