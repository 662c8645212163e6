import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Graph, readLake, type VerifyBench, type VerifyBenches, type Versions } from '@snowmelt/core/pipeline';
import type { ObjectKey, ObjectStore, Secrets } from '@snowmelt/core/ports';
import {
  type DuckdbSession,
  duckdbEngine,
  duckdbFixtures,
  duckdbRowComparer,
  duckdbVersion,
  findSparkPrograms,
  fsObjectStore,
  overlayStore,
  SPARK_VERSION,
  type SparkProcess,
  sparkEngine,
  sparkEnvironmentFolder,
} from '@snowmelt/local';
import { version } from '../version.ts';
import { TEST_KEY } from './open-test-bench.ts';

/** Benches for verifying, DuckDB against Spark; `close` removes all that was written. */
export interface OpenVerify extends VerifyBenches {
  readonly versions: Versions;
  close(): Promise<void>;
}

interface Tools {
  readonly graph: Graph;
  readonly session: DuckdbSession;
  readonly spark: SparkProcess;
  readonly store: ObjectStore;
  readonly secrets: Secrets;
  readonly stateFolder: string;
  readonly signal: AbortSignal;
}

/** Opens the benches; says what is missing before anything is built. @throws spark/not-installed */
export async function openVerify(tools: Tools): Promise<OpenVerify> {
  const { graph, session, store, secrets, stateFolder } = tools;
  const versions = { ...(await versionsHere(session)), java: await javaVersion() };
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-verify-'));
  const names = graph.datasets.map(({ name }) => name);
  const lake = await readLake(store, names);
  const ofBase = new Set<ObjectKey>(
    [...lake.values()].flatMap(({ partitions }) => [...partitions.values()].flatMap(({ files }) => files.map(({ key }) => key))),
  );
  // Beside the lake, so that files can be moved, and large ones find the room that the lake has.
  const besides = join(stateFolder, 'verify');
  await mkdir(besides, { recursive: true });
  const scratch = await mkdtemp(join(besides, 'real-'));
  const over = fsObjectStore({ root: scratch });
  return {
    versions,
    generated: benchOf(tools, fsObjectStore({ root: folder }), { get: async () => TEST_KEY }),
    real: { bench: benchOf(tools, overlayStore({ base: store, over, ofBase }), secrets), lake },
    close: async () => {
      await rm(folder, { recursive: true, force: true });
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

function benchOf({ session, spark, signal }: Tools, store: ObjectStore, secrets: Secrets): VerifyBench {
  const tools = { session, store, secrets };
  return {
    engines: [duckdbEngine(tools), sparkEngine({ ...tools, spark })],
    fixtures: duckdbFixtures(tools),
    comparer: duckdbRowComparer(tools),
    signal,
  };
}

/** The versions of what makes rows, as far as every machine can tell. */
export async function versionsHere(session: DuckdbSession): Promise<Versions> {
  return { snowmelt: version(), duckdb: await duckdbVersion(session), spark: SPARK_VERSION };
}

async function javaVersion(): Promise<string> {
  const { java } = await findSparkPrograms(sparkEnvironmentFolder());
  const { stderr, stdout } = await promisify(execFile)(java, ['-version']);
  return /version "([^"]+)"/.exec(`${stderr}${stdout}`)?.[1] ?? 'unknown';
}
