import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type BuildStep,
  chooseEngine,
  type EngineRules,
  type Graph,
  type RunPorts,
  storedAttemptNotes,
  type Versions,
} from '@snowmelt/core/pipeline';
import {
  assertNever,
  type Catalog,
  type Clock,
  type Host,
  type ObjectStore,
  type Secrets,
  type Source,
  type SqlEngine,
} from '@snowmelt/core/ports';
import {
  type DuckdbSession,
  duckdbBinder,
  duckdbDigests,
  duckdbEngine,
  duckdbParquetWriter,
  duckdbSource,
  envSecrets,
  filesSource,
  fsCatalog,
  fsObjectStore,
  fsProjectFiles,
  type LoadedTests,
  loadConfig,
  loadTests,
  openDuckdb,
  openSpark,
  type PublishedRelation,
  type QueryResult,
  queryPublished,
  sparkEngine,
  systemClock,
} from '@snowmelt/local';
import type { Invocation } from '../arguments/command.ts';
import { DEFAULT_MEMORY, readEngine } from '../arguments/read-engine.ts';
import { readText } from '../arguments/read-options.ts';
import { loadGraph } from './load-graph.ts';
import { openLineage } from './open-lineage.ts';
import { type OpenTestBench, openTestBench } from './open-test-bench.ts';
import { type OpenVerify, openVerify, versionsHere } from './open-verify.ts';
import { type AsOf, publishedRelations } from './published-relations.ts';
import { openSourceDoctor, type SourceDoctor } from './source-doctor.ts';

/** A project with its laptop adapters. The one place where they are chosen. */
export interface Project {
  readonly folder: string;
  readonly lakeFolder: string;
  readonly graph: Graph;
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  openSource(): Promise<Source>;
  readonly engineRules: EngineRules;
  /** For a build of a plan, the engine that the rules choose; for all else DuckDB. */
  openEngine(step?: BuildStep): Promise<SqlEngine>;
  /** Undefined for sources that need none. */
  openDoctor(): Promise<SourceDoctor | undefined>;
  ports(host: Host): RunPorts;
  /** The project's files of unit tests. */
  loadTests(): Promise<readonly LoadedTests[]>;
  /** Where unit tests run. */
  openTestBench(): Promise<OpenTestBench>;
  /** Where engines are compared. @throws spark/not-installed */
  openVerify(signal: AbortSignal): Promise<OpenVerify>;
  /** The versions of the engines, as far as every machine can tell. */
  versions(): Promise<Versions>;
  /** Runs SQL over the published tables, as they are or were. */
  query(sql: string, limit: number | undefined, asOf?: AsOf): Promise<QueryResult>;
  /** Runs SQL over other files of the lake, e.g. refused rows of some days. */
  queryRelations(relations: readonly PublishedRelation[], sql: string, limit?: number): Promise<QueryResult>;
  close(): void;
}

/** Opens the project that the command line names. Nothing is started that the command does not use. */
export async function openProject(invocation: Invocation): Promise<Project> {
  const folder = resolve(invocation.terminal.cwd, readText(invocation, 'project') ?? '.');
  const lake = readText(invocation, 'lake');
  const lakeFolder = lake === undefined ? join(folder, 'lake') : resolve(invocation.terminal.cwd, lake);
  const stateFolder = join(folder, '.snowmelt');
  const cacheFolder = join(stateFolder, 'cache');
  const engineRules = readEngine(invocation);
  const limits = { memoryLimit: readText(invocation, 'memory') ?? DEFAULT_MEMORY, threads: availableParallelism() };
  const session = openDuckdb({
    ...limits,
    tempFolder: join(stateFolder, 'tmp'),
  });
  const spark = openSpark({ ...limits, tempFolder: join(stateFolder, 'spark') });
  const config = await loadConfig(folder, cacheFolder);
  const graph = await loadGraph({
    declaration: config.declaration,
    configFile: config.file,
    files: fsProjectFiles({ folder }),
    cacheFolder,
    binder: () => duckdbBinder({ session }),
  });
  const store = fsObjectStore({ root: lakeFolder });
  const clock = systemClock();
  const catalog = fsCatalog({ store });
  const parts: SourceParts = {
    folder,
    store,
    session,
    secrets: envSecrets({ projectFolder: folder }),
    clock,
    spoolRoot: join(stateFolder, 'spool'),
  };
  const openSource = once(() => chooseSource(graph, parts));
  const openDigests = once(async () => duckdbDigests({ session, store }));
  const engines = {
    duckdb: duckdbEngine({ session, store, secrets: parts.secrets }),
    spark: sparkEngine({ spark, session, store, secrets: parts.secrets }),
  };
  const openEngine = async (step?: BuildStep) => engines[step === undefined ? 'duckdb' : chooseEngine(step, engineRules).engine];
  return {
    folder,
    lakeFolder,
    graph,
    store,
    catalog,
    clock,
    openSource,
    engineRules,
    openEngine,
    openDoctor: () => openSourceDoctor(graph, parts),
    ports: (host) => {
      const observer = openLineage(graph, { ...parts, host });
      const opened = { source: openSource, engine: openEngine, digests: openDigests };
      return { store, catalog, clock, host, ...opened, ...(observer === undefined ? {} : { observer }) };
    },
    loadTests: () => loadTests(folder, cacheFolder),
    openTestBench: () => openTestBench(session, engineRules.mode === 'spark' ? spark : undefined),
    openVerify: (signal) => openVerify({ ...parts, graph, spark, stateFolder, signal }),
    versions: () => versionsHere(session),
    query: async (sql, limit, asOf) =>
      queryPublished({ session, store }, await publishedRelations(graph, store, sql, asOf), sql, limit === undefined ? {} : { limit }),
    queryRelations: (relations, sql, limit) => queryPublished({ session, store }, relations, sql, limit === undefined ? {} : { limit }),
    close: () => {
      session.close();
      spark.close();
    },
  };
}

interface SourceParts {
  readonly folder: string;
  readonly store: ObjectStore;
  readonly session: DuckdbSession;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly spoolRoot: string;
}

async function chooseSource({ source }: Graph, parts: SourceParts): Promise<Source> {
  const { folder, store, session, secrets, clock, spoolRoot } = parts;
  switch (source.kind) {
    case 'files':
      return filesSource({ folder: resolve(folder, source.folder), session, store, clock });
    case 'duckdb':
      return duckdbSource({ database: resolve(folder, source.database), schema: source.schema, session, store, clock });
    case 'snowflake': {
      const { snowflakeSource } = await import('@snowmelt/snowflake');
      // Loading DuckDB blocks this process for a moment; better while the source thinks about the first statement.
      setTimeout(() => void session.connect().then((connection) => connection.closeSync()), 1);
      const writer = duckdbParquetWriter({ session, store, spoolRoot });
      return snowflakeSource({ connection: source, writer, secrets, clock, attempts: storedAttemptNotes(store) });
    }
    default:
      return assertNever(source);
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
