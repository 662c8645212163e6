import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type History, tableHistory } from '../history/history.ts';
import { prepareHistory } from '../history/history-tables.ts';
import { quoteName, quoteText } from '../sql/identifiers.ts';
import { STATE_SCHEMA } from '../sql/state-schema.ts';
import { prepareAccess } from './access.ts';
import { type Catalog, catalog } from './catalog.ts';
import { type ConnectionPool, connectionPool } from './connection-pool.ts';
import { type Exclusive, exclusive } from './exclusive.ts';
import { mentionedTables } from './foreign-changes.ts';
import { macroStatements } from './macros.ts';
import { prepareStages } from './stages.ts';

/** Direct access to the DuckDB behind the server, in DuckDB's own SQL: to fill tables and to look at them. */
export interface DatabaseHandle {
  /** Runs one or several statements. */
  run(sql: string): Promise<void>;
  /** Runs a query and gives its rows; exact numbers, dates and timestamps are text. */
  all(sql: string): Promise<Record<string, unknown>[]>;
  /**
   * Runs statements as one commit, whose time may be given: also one that comes late, with rows that say an earlier time.
   * The history of the tables that they name is kept. The time may not be before that of the last commit.
   */
  commit(sql: string, options?: { readonly at?: Date }): Promise<void>;
}

/** The DuckDB behind a server. */
export interface Database extends DatabaseHandle {
  readonly connections: ConnectionPool;
  readonly catalog: Catalog;
  readonly history: History;
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
  /** The time of commits. */
  readonly now: () => Date;
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
  const history = tableHistory(options.databaseName, options.now);
  const direct = <T>(sql: string, task: () => Promise<T>): Promise<T> =>
    writing(async () => {
      try {
        return await task();
      } finally {
        if (MAY_DEFINE.test(sql)) known.forget();
      }
    });
  // On a connection of its own, because the text may have left a transaction open.
  const recordForeign = (sql: string): Promise<void> =>
    connections.use((own) =>
      transaction(own, async () => {
        const tables = await mentionedTables(own, options.databaseName, sql);
        if (tables.length > 0) await history.commit(own, { tables, isForeign: true });
      }),
    );
  const refresh = (sql: string): Promise<void> =>
    connections.use((own) =>
      transaction(own, async () => {
        for (const table of await mentionedTables(own, options.databaseName, sql)) await history.refresh(own, table);
      }),
    );
  const commit = async (sql: string, at: Date | undefined): Promise<void> => {
    const before = await mentionedTables(connection, options.databaseName, sql);
    for (const table of before) await history.keep(connection, table);
    await connection.run(sql);
    const tables = MAY_DEFINE.test(sql) ? await mentionedTables(connection, options.databaseName, sql) : before;
    await history.commit(connection, { tables, ...(at === undefined ? {} : { at }) });
  };
  return {
    writing,
    connections,
    catalog: known,
    async run(sql) {
      await direct(sql, async () => {
        await refresh(sql);
        await connection.run(sql).finally(() => recordForeign(sql));
      });
    },
    all: (sql) => direct(sql, async () => (await connection.runAndReadAll(sql)).getRowObjectsJson()),
    commit: (sql, { at } = {}) => direct(sql, () => transaction(connection, () => commit(sql, at))),
    history,
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

async function transaction(connection: DuckDBConnection, task: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN');
  try {
    await task();
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
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
  await prepareHistory(connection, databaseName);
  await prepareAccess(connection, databaseName);
  await prepareStages(connection, { database: databaseName, schema: options.schema }, options.stages);
}
