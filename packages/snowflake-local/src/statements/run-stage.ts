import type { DuckDBConnection } from '@duckdb/node-api';
import { isStage } from '../database/stages.ts';
import { compilationError, missingObject } from '../errors/snowflake-error.ts';
import { quoteText, showTable } from '../sql/identifiers.ts';
import { stateTable } from '../sql/state-schema.ts';
import type { StageObject, StageOperation } from '../sql/statements/translated.ts';
import { statusQuery } from './run-change.ts';

/** Makes, removes or shows stages and integrations. Gives the query whose rows are Snowflake's answer. @throws SnowflakeError */
export async function runStage(connection: DuckDBConnection, operation: StageOperation, database: string): Promise<string> {
  switch (operation.action) {
    case 'show':
      return showObjects(operation, database);
    case 'describe':
      if (!(await isThere(connection, operation.object, database))) throw missing(operation.object);
      return describeObject(operation.object, database);
    case 'drop': {
      const { object, mode } = operation;
      const exists = await isThere(connection, object, database);
      if (!exists && mode === 'drop') throw missing(object);
      if (!exists) return statusQuery(`Drop statement executed successfully (${object.name.name} already dropped).`);
      await connection.run(`DELETE FROM ${tableOf(object, database)} WHERE ${isObject(object)}`);
      return statusQuery(`${object.name.name} successfully dropped.`);
    }
    default:
      return create(connection, operation, database);
  }
}

async function create(
  connection: DuckDBConnection,
  { mode, object, settings }: Extract<StageOperation, { action: 'create' }>,
  database: string,
): Promise<string> {
  const exists = await isThere(connection, object, database);
  if (exists && mode === 'create-if-absent') return statusQuery(`${object.name.name} already exists, statement succeeded.`);
  if (exists && mode === 'create') throw compilationError('002002', '42710', `Object '${shown(object)}' already exists.`);
  const { integration } = settings;
  if (object.type === 'Stage' && integration !== undefined) {
    const needed: StageObject = { type: 'Integration', name: { database: '', schema: '', name: integration } };
    if (!(await isThere(connection, needed, database))) throw missing(needed);
  }
  await connection.run(`DELETE FROM ${tableOf(object, database)} WHERE ${isObject(object)}`);
  await connection.run(`INSERT INTO ${tableOf(object, database)} VALUES (${rowOf(object, settings)})`);
  const what = object.type === 'Stage' ? 'Stage area' : 'Integration';
  return statusQuery(`${what} ${object.name.name} successfully created.`);
}

function rowOf({ type, name }: StageObject, settings: Readonly<Record<string, string>>): string {
  if (type === 'Integration') {
    const list = (items: readonly string[]): string => `[${items.map(quoteText).join(', ')}]::VARCHAR[]`;
    return `${quoteText(name.name)}, map(${list(Object.keys(settings))}, ${list(Object.values(settings))})`;
  }
  const { url = '', integration } = settings;
  return [name.schema, name.name, url]
    .map(quoteText)
    .concat(integration === undefined ? 'NULL' : quoteText(integration))
    .join(', ');
}

function showObjects({ type, like, schema }: Extract<StageOperation, { action: 'show' }>, database: string): string {
  const conditions = [
    ...(like === undefined ? [] : [`"name" ILIKE ${quoteText(like)}`]),
    ...(schema === undefined ? [] : [`"schema_name" = ${quoteText(schema)}`]),
  ];
  const matches = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT * FROM (${type === 'Stage' ? stagesQuery(database) : integrationsQuery(database)})${matches} ORDER BY "name"`;
}

// Where a bucket is, Snowflake finds out by asking for it; here a stage on S3 is where the account is.
function stagesQuery(database: string): string {
  return `SELECT name AS "name", ${quoteText(database)} AS "database_name", schema_name AS "schema_name", url AS "url",
    'N' AS "has_credentials", 'N' AS "has_encryption_key", 'ACCOUNTADMIN' AS "owner", '' AS "comment",
    CASE WHEN url LIKE 's3://%' THEN 'eu-central-1' END AS "region", 'EXTERNAL' AS "type",
    CASE WHEN url LIKE 's3://%' THEN 'AWS' END AS "cloud", NULL::VARCHAR AS "notification_channel",
    integration AS "storage_integration", NULL::VARCHAR AS "endpoint", 'ROLE' AS "owner_role_type", 'N' AS "directory_enabled"
    FROM ${stateTable(database, 'STAGES')}`;
}

function integrationsQuery(database: string): string {
  return `SELECT name AS "name", settings['TYPE'] AS "type", 'STORAGE' AS "category",
    lower(coalesce(settings['ENABLED'], 'TRUE')) AS "enabled" FROM ${stateTable(database, 'INTEGRATIONS')}`;
}

function describeObject(object: StageObject, database: string): string {
  const source = `FROM ${tableOf(object, database)} WHERE ${isObject(object)}`;
  if (object.type === 'Integration') {
    // Snowflake makes the user that assumes the role, and the id that the role asks for.
    const made = `map(['STORAGE_AWS_IAM_USER_ARN', 'STORAGE_AWS_EXTERNAL_ID'],
      ['arn:aws:iam::123456789001:user/abc1-b-self1234', 'LOCAL_SFCRole=1_' || left(md5(name), 28) || '='])`;
    return `SELECT s.key AS "property", CASE s.key WHEN 'ENABLED' THEN 'Boolean' WHEN 'STORAGE_ALLOWED_LOCATIONS' THEN 'List' ELSE 'String' END AS "property_type",
      CASE s.key WHEN 'ENABLED' THEN lower(s.value) ELSE s.value END AS "property_value", '' AS "property_default"
      FROM (SELECT unnest(map_entries(map_concat(${made}, settings))) AS s ${source}) ORDER BY 1`;
  }
  const property = (parent: string, name: string, value: string): string =>
    `SELECT '${parent}' AS "parent_property", '${name}' AS "property", 'String' AS "property_type", ${value} AS "property_value",
       '' AS "property_default" ${source}`;
  return [
    property('STAGE_LOCATION', 'URL', `'["' || url || '"]'`),
    property('STAGE_INTEGRATION', 'STORAGE_INTEGRATION', 'integration'),
  ].join(' UNION ALL ');
}

async function isThere(connection: DuckDBConnection, object: StageObject, database: string): Promise<boolean> {
  const found = await connection.runAndReadAll(`SELECT 1 FROM ${tableOf(object, database)} WHERE ${isObject(object)}`);
  return found.currentRowCount > 0;
}

function tableOf({ type }: StageObject, database: string): string {
  return stateTable(database, type === 'Stage' ? 'STAGES' : 'INTEGRATIONS');
}

function isObject({ type, name }: StageObject): string {
  return type === 'Stage' ? isStage(name) : `name = ${quoteText(name.name)}`;
}

function missing(object: StageObject): Error {
  return missingObject(object.type, shown(object));
}

function shown({ type, name }: StageObject): string {
  return type === 'Stage' ? showTable(name) : name.name;
}
