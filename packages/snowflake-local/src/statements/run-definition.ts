import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog } from '../database/catalog.ts';
import { compilationError, missingObject } from '../errors/snowflake-error.ts';
import { showTable } from '../sql/identifiers.ts';
import type { DefinedObject, TranslatedDefinition } from '../sql/statements/translated.ts';
import { statusQuery } from './run-change.ts';

/** Makes, alters or removes a table, view or schema. Gives the query whose row is Snowflake's answer. @throws SnowflakeError */
export async function runDefinition(
  connection: DuckDBConnection,
  definition: TranslatedDefinition,
  catalog: Catalog,
  afterwards: () => Promise<void>,
): Promise<string> {
  const { object, mode } = definition;
  const exists = await isThere(connection, definition, catalog);
  const name = object.type === 'Schema' ? object.name.schema : object.name.name;
  if (mode === 'create-if-absent' && exists) return statusQuery(`${name} already exists, statement succeeded.`);
  if (mode === 'drop-if-present' && !exists) return statusQuery(`Drop statement executed successfully (${name} already dropped).`);
  if (mode === 'create' && exists) throw compilationError('002002', '42710', `Object '${shownName(object)}' already exists.`);
  if ((mode === 'drop' || mode === 'alter') && !exists) throw missingObject(object.type, shownName(object));
  try {
    await runTogether(connection, definition.sql, afterwards);
  } finally {
    catalog.forget();
  }
  return statusQuery(definition.message);
}

async function isThere(connection: DuckDBConnection, { object, mode }: TranslatedDefinition, catalog: Catalog): Promise<boolean> {
  if (object.type === 'Schema') return catalog.hasSchema(connection, object.name);
  const { database, schema } = object.name;
  if (!(await catalog.hasSchema(connection, object.name))) throw missingObject('Schema', `${database}.${schema}`);
  const kind = await catalog.relationKind(connection, object.name);
  return mode === 'drop' || mode === 'drop-if-present' || mode === 'alter' ? kind === object.type : kind !== undefined;
}

function shownName(object: DefinedObject): string {
  return object.type === 'Schema' ? `${object.name.database}.${object.name.schema}` : showTable(object.name);
}

async function runTogether(connection: DuckDBConnection, statements: readonly string[], afterwards: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN');
  try {
    for (const statement of statements) await connection.run(statement);
    await afterwards();
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}
