import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestBench } from '@snowmelt/core/pipeline';
import { type DuckdbSession, duckdbEngine, duckdbFixtures, fsObjectStore, type SparkProcess, sparkEngine } from '@snowmelt/local';

/** Where unit tests run: an engine in memory over a temporary folder, which `close` removes. */
export interface OpenTestBench extends Omit<TestBench, 'signal'> {
  close(): Promise<void>;
}

/** In place of every key by which columns are protected: a test needs no secret, and its hashes are the same everywhere. */
export const TEST_KEY = 'the key of snowmelt test';

/** Opens a bench on a database of this process, or on Spark. */
export async function openTestBench(session: DuckdbSession, spark?: SparkProcess): Promise<OpenTestBench> {
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-test-'));
  const store = fsObjectStore({ root: folder });
  const tools = { session, store, secrets: { get: async () => TEST_KEY } };
  return {
    engine: spark === undefined ? duckdbEngine(tools) : sparkEngine({ ...tools, spark }),
    fixtures: duckdbFixtures({ session, store }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
