import { quoteName } from './identifiers.ts';

/** The schema in which the server keeps what DuckDB has no place for: stages, integrations, and the history of tables. */
export const STATE_SCHEMA = 'SNOWFLAKE_LOCAL_STATE';

/** The condition that leaves only what belongs to the user, over any of DuckDB's lists of objects. */
export const USER_OBJECTS = `NOT internal AND schema_name <> '${STATE_SCHEMA}'`;

/** Names one of the server's own tables. */
export function stateTable(database: string, name: string): string {
  return [database, STATE_SCHEMA, name].map(quoteName).join('.');
}
