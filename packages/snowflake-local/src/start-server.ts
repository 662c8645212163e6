import type { Server } from 'node:http';
import { availableParallelism } from 'node:os';
import { type ServerUser, usersWithKey } from './auth/server-user.ts';
import { tokenVerifier } from './auth/verify-token.ts';
import { type Database, type DatabaseHandle, openDatabase } from './database/open-database.ts';
import { faultGate } from './faults/fault-gate.ts';
import { type Faults, faultPlan } from './faults/fault-plan.ts';
import { resultStore } from './results/result-store.ts';
import { httpServer } from './server/http-server.ts';
import { statementRoutes } from './server/statement-routes.ts';
import { chunkServer } from './session/chunks.ts';
import { credentialCheck } from './session/credentials.ts';
import { type SessionRegistry, sessionRegistry } from './session/session-registry.ts';
import { sessionRoutes } from './session/session-routes.ts';
import { statementRegistry } from './statements/statement-registry.ts';

/** What a server serves, to whom, and within what bounds. Everything has a default; without users nobody can connect. */
export interface ServerOptions {
  /** A DuckDB file, made if it does not exist, or `:memory:` (the default). */
  readonly database?: string;
  /** What the database is called in SQL. Default `SHOP`. */
  readonly databaseName?: string;
  /** The schema of statements that name none. Default `PUBLIC`; the tables of an ordinary DuckDB file are in `main`. */
  readonly schema?: string;
  /** The account that tokens are made for. Default `LOCAL`. */
  readonly account?: string;
  readonly users?: readonly ServerUser[];
  /** How long a driver's session token lives before it must be renewed. Default 3,600. */
  readonly sessionSeconds?: number;
  /** How long a driver can renew it. Default 14,400. */
  readonly masterSeconds?: number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** No partition of a result has more rows. Default: as many as fit into `partitionBytes`. */
  readonly rowsPerPartition?: number;
  /** About how much JSON a partition holds before it is compressed. Default 16 MiB; the first one stays below 1 MiB. */
  readonly partitionBytes?: number;
  /** How many compressed bytes of results are kept; the oldest give way. Default 4 GiB. */
  readonly resultBytes?: number;
  /** DuckDB's bound, e.g. `512MB`. Default `1GB`. */
  readonly memoryLimit?: string;
  /** DuckDB's threads. Default: one per core, four at most. */
  readonly threads?: number;
  /** How long a synchronous request waits before it answers 202. Default 45,000, as in Snowflake. */
  readonly waitMs?: number;
  /** The time that statements see, e.g. that of a simulated day. Tokens are judged by the real clock. */
  readonly now?: () => Date;
  /** Folders that are external stages in the schema, by the stage's name: `{ LAKE: '/data/lake' }` lets `COPY INTO @LAKE` write there. */
  readonly stages?: Readonly<Record<string, string>>;
  /** Whoever sends it as a bearer token may add faults at `/admin/faults`. Default: nobody may, but `faults` of the server itself. */
  readonly adminToken?: string;
  /** Hears of every request, and why tokens were refused. */
  readonly log?: (line: string) => void;
}

/** A server that listens on 127.0.0.1. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** The DuckDB behind it, for filling tables and looking at them. */
  readonly database: DatabaseHandle;
  /** What goes wrong on purpose, and which requests came. */
  readonly faults: Faults;
  /** The sessions of drivers: their tokens can be made to expire at a moment of a test's choosing. */
  readonly sessions: Pick<SessionRegistry, 'expire'>;
  /** Stops statements, closes connections and the database, removes stored results. */
  close(): Promise<void>;
}

const GIB = 1024 ** 3;
const RESERVED = ['MEMORY', 'SYSTEM', 'TEMP', 'SNOWFLAKE_LOCAL'];

/** Starts a stand-in Snowflake server and gives its address, its database and the way to stop it. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { databaseName = 'SHOP', schema = 'PUBLIC', account = 'LOCAL', log = () => undefined, now = () => new Date() } = options;
  if (RESERVED.includes(databaseName.toUpperCase())) throw new Error(`The database cannot be called ${databaseName}.`);
  const { users = [] } = options;
  const explain = (reason: string): void => log(`token refused: ${reason}`);
  const verify = tokenVerifier(account, usersWithKey(users), explain);
  const store = await resultStore({ maxBytes: options.resultBytes ?? 4 * GIB });
  let database: Database | undefined;
  try {
    database = await openDatabase({
      path: options.database ?? ':memory:',
      databaseName,
      schema,
      memoryLimit: options.memoryLimit ?? '1GB',
      threads: options.threads ?? Math.min(4, availableParallelism()),
      temporaryFolder: store.spillFolder,
      stages: options.stages ?? {},
      now,
    });
    const opened = database;
    const limits = {
      rowsPerPartition: options.rowsPerPartition ?? Number.POSITIVE_INFINITY,
      partitionBytes: options.partitionBytes ?? 16 * 1024 * 1024,
    };
    const registry = statementRegistry({ database, limits, store });
    const place = { registry, account, databaseName, schema, now, waitMs: options.waitMs ?? 45_000 };
    const sessions = sessionRegistry({ sessionSeconds: options.sessionSeconds ?? 3600, masterSeconds: options.masterSeconds ?? 14_400 });
    const check = credentialCheck({ users, verify, explain });
    const sessionRoute = sessionRoutes({ ...place, sessions, check, chunks: chunkServer(registry) });
    const faults = faultPlan();
    const inner = httpServer({ verify, route: statementRoutes(place), sessionRoute, log });
    const commit = (sql: string, at?: string): Promise<void> => opened.commit(sql, at === undefined ? {} : { at: new Date(at) });
    const server = faultGate({ inner, plan: faults, adminToken: options.adminToken, commit, log });
    const port = await listen(server, options.port ?? 0);
    return { url: `http://127.0.0.1:${port}`, port, database, faults, sessions, close: closer(server, registry, database, store) };
  } catch (error) {
    await database?.close();
    await store.close();
    throw error;
  }
}

interface Closable {
  close(): Promise<void>;
}

function closer(server: Server, ...parts: readonly Closable[]): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const stopped = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    await stopped;
    for (const part of parts) await part.close();
  };
  return () => {
    closing ??= close();
    return closing;
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
