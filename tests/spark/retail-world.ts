import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Graph } from '@snowmelt/core/pipeline';
import { openRealData, type RealData } from '@snowmelt/example-retail';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { SPARK_VERSION } from '../../packages/local/src/spark/spark-environment.ts';
import { testSparkEnvironment } from '../../packages/local/test-support/test-spark.ts';
import { readGraphOf } from './read-graph.ts';

const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

/** The retail example with its real data, and what the command needs in its environment to find source and Spark. */
export interface RetailWorld {
  /** A copy of the example, compiled by this test alone. */
  readonly project: string;
  readonly data: RealData;
  readonly env: Readonly<Record<string, string>>;
  readGraph(): Promise<Graph>;
  close(): Promise<void>;
}

/** Starts a stand-in that holds the tables of the shop; `folder` is for this test alone. */
export async function openRetailWorld(file: string, folder: string): Promise<RetailWorld> {
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  const server: RunningServer = await startServer({ database: ':memory:', account: 'TEST', users: [{ name: 'TEST', publicKeyPem }] });
  const project = join(folder, 'project');
  for (const part of ['snowmelt.config.ts', 'models']) await cp(join(RETAIL, part), join(project, part), { recursive: true });
  return {
    project,
    data: await openRealData(server.database, file),
    env: {
      SNOWFLAKE_URL: server.url,
      SNOWFLAKE_ACCOUNT: 'TEST',
      SNOWFLAKE_USER: 'TEST',
      SNOWFLAKE_PRIVATE_KEY: privateKeyPem,
      XDG_CACHE_HOME: await cacheWithSpark(folder),
    },
    readGraph: () => readGraphOf(project),
    close: () => server.close(),
  };
}

/** A user's cache folder in which Spark is installed, as by `snowmelt spark setup`. */
export async function cacheWithSpark(folder: string): Promise<string> {
  const cache = join(folder, 'cache');
  await mkdir(join(cache, 'snowmelt'), { recursive: true });
  await symlink(await testSparkEnvironment(), join(cache, 'snowmelt', `spark-${SPARK_VERSION}`));
  return cache;
}
