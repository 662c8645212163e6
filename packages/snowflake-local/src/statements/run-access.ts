import type { DuckDBConnection } from '@duckdb/node-api';
import { compilationError, missingObject } from '../errors/snowflake-error.ts';
import { quoteText } from '../sql/identifiers.ts';
import type { Session } from '../sql/session.ts';
import { stateTable, USER_OBJECTS } from '../sql/state-schema.ts';
import type { AccessOperation } from '../sql/statements/translated.ts';
import { statusQuery } from './run-change.ts';

/** Makes and shows roles, users, warehouses and grants. Gives the query whose rows are Snowflake's answer. @throws SnowflakeError */
export async function runAccess(connection: DuckDBConnection, operation: AccessOperation, session: Session): Promise<string> {
  switch (operation.action) {
    case 'create':
      return create(connection, operation, session.database);
    case 'grant':
      return grant(connection, operation, session.database);
    case 'show-grants':
      return showGrants(connection, operation.role, session);
    default:
      return showWarehouses(operation.like, session);
  }
}

async function create(
  connection: DuckDBConnection,
  { type, name, mode, settings }: Extract<AccessOperation, { action: 'create' }>,
  database: string,
): Promise<string> {
  const exists = await isThere(connection, type, name, database);
  if (exists && mode === 'create-if-absent') return statusQuery(`${name} already exists, statement succeeded.`);
  if (exists && mode === 'create') throw compilationError('002002', '42710', `Object '${name}' already exists.`);
  const list = (items: readonly string[]): string => `[${items.map(quoteText).join(', ')}]::VARCHAR[]`;
  await connection.run(`INSERT OR REPLACE INTO ${stateTable(database, 'PRINCIPALS')} VALUES
    (${quoteText(type)}, ${quoteText(name)}, map(${list(Object.keys(settings))}, ${list(Object.values(settings))}))`);
  return statusQuery(`${type} ${name} successfully created.`);
}

async function grant(
  connection: DuckDBConnection,
  { privileges, object, grantee }: Extract<AccessOperation, { action: 'grant' }>,
  database: string,
): Promise<string> {
  const type = grantee.type === 'ROLE' ? 'Role' : 'User';
  if (!(await isThere(connection, type, grantee.name, database))) throw missingObject(type, grantee.name);
  for (const privilege of privileges) {
    const values = [privilege, object.type, object.name, grantee.type, grantee.name].map(quoteText).join(', ');
    await connection.run(`INSERT OR IGNORE INTO ${stateTable(database, 'GRANTS')} VALUES (${values})`);
  }
  return statusQuery('Statement executed successfully.');
}

// Nothing is enforced, so a role that nobody created owns all there is.
async function showGrants(connection: DuckDBConnection, role: string, { database, warehouse }: Session): Promise<string> {
  const name = quoteText(role);
  const given = (await isThere(connection, 'Role', role, database))
    ? `SELECT privilege, granted_on, name FROM ${stateTable(database, 'GRANTS')} WHERE granted_to = 'ROLE' AND grantee_name = ${name}`
    : everything(database, warehouse);
  return `SELECT CAST(NULL AS VARCHAR) AS "created_on", privilege AS "privilege", granted_on AS "granted_on", name AS "name", 'ROLE' AS "granted_to",
    ${name} AS "grantee_name", 'false' AS "grant_option", 'ACCOUNTADMIN' AS "granted_by" FROM (${given}) ORDER BY 3, 4, 2`;
}

function everything(database: string, warehouse: string | undefined): string {
  const own = (type: string, name: string, from: string): string =>
    `SELECT 'OWNERSHIP' AS privilege, '${type}' AS granted_on, ${name} AS name ${from}`;
  const mine = `database_name = ${quoteText(database)} AND ${USER_OBJECTS}`;
  const prefix = quoteText(`${database}.`);
  return [
    own('DATABASE', quoteText(database), ''),
    own('SCHEMA', `${prefix} || schema_name`, `FROM duckdb_schemas() WHERE ${mine}`),
    own('TABLE', `${prefix} || schema_name || '.' || table_name`, `FROM duckdb_tables() WHERE ${mine}`),
    own('VIEW', `${prefix} || schema_name || '.' || view_name`, `FROM duckdb_views() WHERE ${mine}`),
    own('STAGE', `${prefix} || schema_name || '.' || name`, `FROM ${stateTable(database, 'STAGES')}`),
    own('INTEGRATION', 'name', `FROM ${stateTable(database, 'INTEGRATIONS')}`),
    ...(warehouse === undefined ? [] : [own('WAREHOUSE', quoteText(warehouse), '')]),
  ].join(' UNION ALL ');
}

// The session's warehouse is there whether it was created or not.
function showWarehouses(like: string | undefined, { database, warehouse }: Session): string {
  const created = `SELECT name, settings FROM ${stateTable(database, 'PRINCIPALS')} WHERE type = 'Warehouse'`;
  const current =
    warehouse === undefined
      ? ''
      : ` UNION ALL SELECT ${quoteText(warehouse)}, MAP {}::MAP(VARCHAR, VARCHAR)
          WHERE NOT EXISTS (SELECT 1 FROM (${created}) WHERE name = ${quoteText(warehouse)})`;
  const matches = like === undefined ? '' : ` WHERE name ILIKE ${quoteText(like)}`;
  const setting = (name: string, fallback: string): string => `coalesce(settings['${name}'], '${fallback}')`;
  return `SELECT name AS "name", CASE ${setting('INITIALLY_SUSPENDED', 'FALSE')} WHEN 'TRUE' THEN 'SUSPENDED' ELSE 'STARTED' END AS "state",
    'STANDARD' AS "type", CASE ${setting('WAREHOUSE_SIZE', 'XSMALL')} WHEN 'XSMALL' THEN 'X-Small' ELSE settings['WAREHOUSE_SIZE'] END AS "size",
    0 AS "running", 0 AS "queued", 'N' AS "is_default", CASE WHEN name = ${quoteText(warehouse ?? '')} THEN 'Y' ELSE 'N' END AS "is_current",
    CAST(${setting('AUTO_SUSPEND', '600')} AS INTEGER) AS "auto_suspend", lower(${setting('AUTO_RESUME', 'TRUE')}) AS "auto_resume",
    'ACCOUNTADMIN' AS "owner", '' AS "comment", 'null' AS "resource_monitor" FROM (${created}${current})${matches} ORDER BY "name"`;
}

async function isThere(connection: DuckDBConnection, type: string, name: string, database: string): Promise<boolean> {
  const found = await connection.runAndReadAll(
    `SELECT 1 FROM ${stateTable(database, 'PRINCIPALS')} WHERE type = ${quoteText(type)} AND name = ${quoteText(name)}`,
  );
  return found.currentRowCount > 0;
}
