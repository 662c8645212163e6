import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type Graph, publishedFiles, type RunPorts, readLake, refusedShapeOf, shapeOf, storedAttemptNotes } from '@snowmelt/core/pipeline';
import {
  assertNever,
  type Catalog,
  type Clock,
  type Host,
  type ObjectStore,
  quarantineOf,
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
  loadConfig,
  openDuckdb,
  type PublishedRelation,
  type QueryResult,
  queryPublished,
  systemClock,
} from '@snowmelt/local';
import type { Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import { loadGraph } from './load-graph.ts';
import { openLineage } from './open-lineage.ts';
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
  openEngine(): Promise<SqlEngine>;
  /** Undefined for sources that need none. */
  openDoctor(): Promise<SourceDoctor | undefined>;
  ports(host: Host): RunPorts;
  /** Runs SQL over the published tables. */
  query(sql: string, limit: number | undefined): Promise<QueryResult>;
  close(): void;
}

/** Opens the project that the command line names. Nothing is started that the command does not use. */
export async function openProject(invocation: Invocation): Promise<Project> {
  const folder = resolve(invocation.terminal.cwd, readText(invocation, 'project') ?? '.');
  const lake = readText(invocation, 'lake');
  const lakeFolder = lake === undefined ? join(folder, 'lake') : resolve(invocation.terminal.cwd, lake);
  const stateFolder = join(folder, '.snowmelt');
  const cacheFolder = join(stateFolder, 'cache');
  const session = openDuckdb({
    memoryLimit: readText(invocation, 'memory') ?? '2GB',
    threads: availableParallelism(),
    tempFolder: join(stateFolder, 'tmp'),
  });
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
  const openEngine = once(async () => duckdbEngine({ session, store }));
  return {
    folder,
    lakeFolder,
    graph,
    store,
    catalog,
    clock,
    openSource,
    openEngine,
    openDoctor: () => openSourceDoctor(graph, parts),
    ports: (host) => {
      const observer = openLineage(graph, { ...parts, host });
      const opened = { source: openSource, engine: openEngine, digests: openDigests };
      return { store, catalog, clock, host, ...opened, ...(observer === undefined ? {} : { observer }) };
    },
    query: async (sql, limit) =>
      queryPublished({ session, store }, await publishedRelations(graph, store), sql, limit === undefined ? {} : { limit }),
    close: () => session.close(),
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

// Every published table, and the refused rows of those that refuse any, as they stand now.
async function publishedRelations(graph: Graph, store: ObjectStore): Promise<PublishedRelation[]> {
  const lake = await readLake(
    store,
    graph.datasets.map(({ name }) => name),
  );
  return graph.datasets.flatMap((dataset) => {
    const state = lake.get(dataset.name);
    if (state === undefined || state.version === 0) return [{ name: dataset.name, columns: dataset.columns, files: [] }];
    const rows = publishedFiles(state, shapeOf(dataset), 'rows').map(({ key }) => key);
    const isMixed = dataset.layer === 'bronze' && dataset.drift?.policy === 'evolve';
    const table = { name: dataset.name, columns: state.columns, files: rows, isMixed };
    if (state.refusedColumns.length === 0) return [table];
    const refused = publishedFiles(state, refusedShapeOf(dataset), 'refused').map(({ key }) => key);
    return [table, { name: quarantineOf(dataset.name), columns: state.refusedColumns, files: refused }];
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
