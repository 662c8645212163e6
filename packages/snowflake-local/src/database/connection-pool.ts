import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Connections that are made once and used again: making one ready costs as much as a small statement. */
export interface ConnectionPool {
  /** Runs a task with a connection of its own. */
  use<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  close(): void;
}

/** Makes a pool. */
export function connectionPool(instance: DuckDBInstance): ConnectionPool {
  const idle: DuckDBConnection[] = [];
  return {
    async use(task) {
      const connection = idle.pop() ?? (await openConnection(instance));
      try {
        const result = await task(connection);
        idle.push(connection);
        return result;
      } catch (error) {
        // Nobody knows in what state it is.
        connection.closeSync();
        throw error;
      }
    },
    close() {
      for (const connection of idle.splice(0)) connection.closeSync();
    },
  };
}

async function openConnection(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run("SET errors_as_json = true; SET TimeZone = 'UTC'");
  return connection;
}
