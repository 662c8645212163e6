import type { DuckDBConnection } from '@duckdb/node-api';
import { stateTable } from '../sql/state-schema.ts';

/** Makes the tables of roles, users and warehouses, and of what was granted. */
export async function prepareAccess(connection: DuckDBConnection, database: string): Promise<void> {
  await connection.run(`CREATE TABLE IF NOT EXISTS ${stateTable(database, 'PRINCIPALS')}
    (type VARCHAR, name VARCHAR, settings MAP(VARCHAR, VARCHAR), PRIMARY KEY (type, name))`);
  await connection.run(`CREATE TABLE IF NOT EXISTS ${stateTable(database, 'GRANTS')}
    (privilege VARCHAR, granted_on VARCHAR, name VARCHAR, granted_to VARCHAR, grantee_name VARCHAR,
     PRIMARY KEY (privilege, granted_on, name, granted_to, grantee_name))`);
}
