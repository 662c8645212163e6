import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlEngineContract } from '@snowmelt/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { openTestSpark, whyNoSpark } from '../../test-support/test-spark.ts';
import { openDuckdb } from '../duckdb/duckdb-session.ts';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { sparkEngine } from './spark-engine.ts';
import type { SparkProcess } from './spark-process.ts';

const missing = whyNoSpark();
if (missing !== undefined) process.stderr.write(`\n*** The Spark engine is NOT tested here: ${missing}. ***\n`);

describe.skipIf(missing !== undefined)('on a warm Spark', () => {
  let spark: SparkProcess;
  beforeAll(async () => {
    spark = await openTestSpark();
  }, 600_000);
  afterAll(() => spark?.close());

  sqlEngineContract('sparkEngine', async () => {
    const root = await mkdtemp(join(tmpdir(), 'snowmelt-spark-'));
    const session = openDuckdb({ memoryLimit: '1GB', threads: 2, tempFolder: join(root, 'temp') });
    const store = fsObjectStore({ root: join(root, 'lake') });
    return {
      engine: sparkEngine({ spark, session, store }),
      store,
      dispose: async () => {
        session.close();
        await rm(root, { recursive: true, force: true });
      },
    };
  });
});
