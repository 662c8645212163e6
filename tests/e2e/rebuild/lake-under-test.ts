import { join } from 'node:path';
import { compilePipeline, loadTranslator, parsePipeline } from '@snowmelt/core/compile';
import { type Graph, publishedFiles, type RunRecord, readTable, refusedShapeOf, runPipeline, shapeOf } from '@snowmelt/core/pipeline';
import { type LogicalDate, logicalDate, type ObjectStore } from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbBinder, duckdbDigests, duckdbEngine, fsObjectStore } from '@snowmelt/local';
import { manualClock, memoryObjectStore, recordingHost } from '@snowmelt/testkit';
import { MODELS, type Mode, pipelineOf } from './pipeline.ts';
import type { ScriptedSource } from './scripted-source.ts';

const DATA = /^(bronze|silver|gold)\//;
const SETTINGS = { concurrency: 1, retries: 0, signal: new AbortController().signal };
let runs = 0;

/** The rows of every published table, each as text, in their order. */
export type Tables = Readonly<Record<string, readonly string[]>>;

/** Compiles the pipeline, with or without the column that is added later. */
export async function compile(session: DuckdbSession, mode: Mode, hasMore: boolean): Promise<Graph> {
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  return await compilePipeline(parsePipeline(pipelineOf(mode, hasMore), declaration), {
    declaration,
    files: { read: async (path) => MODELS[path] },
    binder: duckdbBinder({ session }),
    loadTranslator,
  });
}

/** A lake whose logs are in memory and whose data files are in a folder. */
export function openLake(folder: string, objects: Parameters<typeof memoryObjectStore>[0] = new Map()): ObjectStore {
  const logs = memoryObjectStore(objects);
  const files = fsObjectStore({ root: folder });
  return {
    ...logs,
    locate: (key) => join(folder, key),
    list: async (prefix, options) => await (DATA.test(prefix) ? files : logs).list(prefix, options),
  };
}

/** A lake that has nothing but the bronze of another one. */
export async function bronzeOf(folder: string, lake: ObjectStore): Promise<ObjectStore> {
  const copy = openLake(folder);
  for (const { key } of await lake.list('artifacts/catalog/bronze.')) {
    const object = await lake.get(key);
    if (object !== undefined) await copy.putIfAbsent(key, object.body);
  }
  return copy;
}

/** Runs the pipeline for one day. */
export async function run(
  graph: Graph,
  day: LogicalDate,
  store: ObjectStore,
  {
    session,
    scripted,
    refetch = false,
  }: { readonly session: DuckdbSession; readonly scripted: ScriptedSource; readonly refetch?: boolean },
): Promise<RunRecord> {
  runs += 1;
  const id = `r${runs}`;
  const ports = {
    store,
    clock: { ...manualClock(), newId: () => id },
    host: recordingHost(),
    catalog: { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] },
    source: async () => scripted.source,
    engine: async () => duckdbEngine({ session, store }),
    digests: async () => duckdbDigests({ session, store }),
  };
  return await runPipeline(graph, logicalDate(day), ports, { ...SETTINGS, refetch });
}

/** Reads all published tables of silver and gold, and what they refused. */
export async function readTables(graph: Graph, store: ObjectStore, session: DuckdbSession): Promise<Tables> {
  const tables: Record<string, readonly string[]> = {};
  const connection = await session.connect();
  const read = async (files: readonly { readonly key: Parameters<ObjectStore['locate']>[0] }[]): Promise<readonly string[]> => {
    if (files.length === 0) return [];
    const paths = files.map(({ key }) => `'${store.locate(key)}'`).join(', ');
    const found = await connection.runAndReadAll(`SELECT * FROM read_parquet([${paths}], hive_partitioning = false)`);
    return found
      .getRowsJson()
      .map((cells) => cells.join('|'))
      .sort();
  };
  try {
    for (const dataset of graph.datasets.filter(({ layer }) => layer !== 'bronze')) {
      const state = await readTable(store, dataset.name);
      tables[dataset.name] = await read(publishedFiles(state, shapeOf(dataset), 'rows'));
      tables[`${dataset.name} refused`] = await read(publishedFiles(state, refusedShapeOf(dataset), 'refused'));
    }
    return tables;
  } finally {
    connection.closeSync();
  }
}
