import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compilationError, missingObject, unsupported } from '../errors/snowflake-error.ts';
import { quoteText, showTable, type TableName } from '../sql/identifiers.ts';
import { stateTable } from '../sql/state-schema.ts';

/** Makes the tables of stages and integrations, and a stage for each folder. */
export async function prepareStages(
  connection: DuckDBConnection,
  schema: Omit<TableName, 'name'>,
  folders: Readonly<Record<string, string>>,
): Promise<void> {
  const stages = stateTable(schema.database, 'STAGES');
  await connection.run(`CREATE TABLE IF NOT EXISTS ${stages}
    (schema_name VARCHAR, name VARCHAR, url VARCHAR, integration VARCHAR, PRIMARY KEY (schema_name, name))`);
  await connection.run(`CREATE TABLE IF NOT EXISTS ${stateTable(schema.database, 'INTEGRATIONS')}
    (name VARCHAR PRIMARY KEY, settings MAP(VARCHAR, VARCHAR))`);
  for (const [name, folder] of Object.entries(folders)) {
    const url = pathToFileURL(`${resolve(folder)}/`).href;
    await connection.run(`INSERT OR REPLACE INTO ${stages} VALUES
      (${quoteText(schema.schema)}, ${quoteText(name.toUpperCase())}, ${quoteText(url)}, NULL)`);
  }
}

/** Gives the folder of a stage. @throws SnowflakeError for an unknown stage, and for one that is not a folder */
export async function stageFolder(connection: DuckDBConnection, stage: TableName): Promise<string> {
  const found = await connection.runAndReadAll(`SELECT url FROM ${stateTable(stage.database, 'STAGES')} WHERE ${isStage(stage)}`);
  const [url] = found.getRowsJson()[0] ?? [];
  if (typeof url !== 'string') throw missingObject('Stage', showTable(stage));
  if (!url.startsWith('file://')) throw unsupported(`unloading to ${url.split(':', 1)[0]}: give the server a folder for the stage`);
  try {
    return fileURLToPath(url);
  } catch {
    throw compilationError('002003', '02000', `Stage '${showTable(stage)}' has an address that is not a folder.`);
  }
}

/** The condition that finds a stage. */
export function isStage({ schema, name }: TableName): string {
  return `schema_name = ${quoteText(schema)} AND name = ${quoteText(name)}`;
}
