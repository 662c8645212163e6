import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { quoteName, quoteText } from '../sql/identifiers.ts';
import { STATE_SCHEMA } from '../sql/state-schema.ts';
import { type Catalog, catalog } from './catalog.ts';
import { type ConnectionPool, connectionPool } from './connection-pool.ts';
import { type Exclusive, exclusive } from './exclusive.ts';
import { macroStatements } from './macros.ts';
import { prepareStages } from './stages.ts';

/** Direct access to the DuckDB behind the server, in DuckDB's own SQL: to fill tables and to look at them. */
export interface DatabaseHandle {
  /** Runs one or several statements. */
  run(sql: string): Promise<void>;
  /** Runs a query and gives its rows; exact numbers, dates and timestamps are text. */
  all(sql: string): Promise<Record<string, unknown>[]>;
}

/** The DuckDB behind a server. */
export interface Database extends DatabaseHandle {
  readonly connections: ConnectionPool;
  readonly catalog: Catalog;
  /** Where writers queue. */
  readonly writing: Exclusive;
  close(): Promise<void>;
}

/** Which database to open, and within what bounds. */
export interface DatabaseOptions {
  /** A DuckDB file, or `:memory:`. */
  readonly path: string;
  readonly databaseName: string;
  readonly schema: string;
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where DuckDB puts what does not fit into memory. */
  readonly temporaryFolder: string;
  /** Folders that are stages, by the stage's name. */
  readonly stages: Readonly<Record<string, string>>;
}

// Words of DuckDB's statements that can change what exists; anything else leaves the catalog as it is.
const MAY_DEFINE = /\b(create|drop|alter|comment|attach|detach|import|rollback|execute|pragma|call|use|set)\b/i;

/** Opens a DuckDB database under its Snowflake name and gives it the functions it lacks. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: options.memoryLimit,
    threads: String(options.threads),
    temp_directory: options.temporaryFolder,
  });
  const schema = `${quoteName(options.databaseName)}.${quoteName(options.schema)}`;
  const connection = await instance.connect();
  try {
    await prepareDatabase(connection, options, schema);
  } catch (error) {
    connection.closeSync();
    instance.closeSync();
    throw error;
  }
  const writing = exclusive();
  const connections = connectionPool(instance);
  const known = catalog();
  const direct = <T>(sql: string, task: () => Promise<T>): Promise<T> =>
    writing(async () => {
      try {
        return await task();
      } finally {
        if (MAY_DEFINE.test(sql)) known.forget();
      }
    });
  return {
    writing,
    connections,
    catalog: known,
    async run(sql) {
      await direct(sql, () => connection.run(sql));
    },
    all: (sql) => direct(sql, async () => (await connection.runAndReadAll(sql)).getRowObjectsJson()),
    async close() {
      await writing(async () => {
        connections.close();
        await connection.run(`USE memory; DETACH ${quoteName(options.databaseName)}`);
        connection.closeSync();
        instance.closeSync();
      });
    },
  };
}

async function prepareDatabase(connection: DuckDBConnection, options: DatabaseOptions, schema: string): Promise<void> {
  const { path, databaseName } = options;
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run("ATTACH ':memory:' AS snowflake_local");
  for (const statement of macroStatements()) await connection.run(statement);
  await connection.run(`ATTACH ${quoteText(path)} AS ${quoteName(databaseName)}`);
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await connection.run(`USE ${schema}`);
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoteName(databaseName)}.${quoteName(STATE_SCHEMA)}`);
  await prepareStages(connection, { database: databaseName, schema: options.schema }, options.stages);
}
