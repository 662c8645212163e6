import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compilePipeline, loadTranslator, parsePipeline } from '@snowmelt/core/compile';
import { type Graph, publishedFiles, type RunRecord, readTable, runPipeline, shapeOf, storedAttemptNotes } from '@snowmelt/core/pipeline';
import { type Clock, logicalDate } from '@snowmelt/core/ports';
import {
  type DuckdbSession,
  duckdbBinder,
  duckdbDigests,
  duckdbEngine,
  duckdbParquetWriter,
  fsCatalog,
  fsObjectStore,
  fsProjectFiles,
  openDuckdb,
  systemClock,
} from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import { type Fault, type FaultKind, generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const KEYS = generateKeyPair();
const DAY = logicalDate('2026-01-01');
const NEXT_DAY = logicalDate('2026-01-02');

// A row that another client commits while the run reads: it belongs to the next day's window.
const LATE = 'INSERT INTO "ORDERS" VALUES (1000, TIMESTAMP \'2026-01-02 01:00:00\')';

/** What is wrong with one request only. */
const PASSING: readonly FaultKind[] = [
  { kind: 'slow', ms: 30 },
  { kind: 'pending' },
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 503, after: true },
  { kind: 'status', status: 403 },
  { kind: 'expired-token' },
  { kind: 'hang' },
  { kind: 'hang', bytes: 20 },
  { kind: 'truncate' },
  { kind: 'truncate', looksComplete: true },
  { kind: 'wrong-gzip' },
  { kind: 'drop' },
  { kind: 'drop', after: true },
  { kind: 'late-commit', sql: LATE },
];

/** What stays wrong from a request on, until the next run. */
const LASTING: readonly FaultKind[] = [
  { kind: 'status', status: 429 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 403 },
  { kind: 'expired-token' },
  { kind: 'truncate' },
  { kind: 'wrong-gzip' },
  { kind: 'drop' },
];

let folder = '';
let server: RunningServer;
let session: DuckdbSession;
// Of each table; how often a run asks whether a statement is over varies.
const LEAST_REQUESTS = 4;

let graph: Graph;
let lakes = 0;

const ID = 'NUMBER(10,0)';

/** Pipelines that are run under faults, one after the other: a run of fewer requests is quicker, and each is disturbed. */
const PIPELINES = {
  'raw and unload': {
    orders: {
      table: 'ORDERS',
      mode: 'window',
      watermark: 'loaded_at',
      transport: 'raw',
      columns: { id: ID, loaded_at: 'TIMESTAMP_NTZ' },
    },
    shops: { table: 'SHOPS', mode: 'full', transport: 'unload', columns: { id: ID, area: 'NUMBER(12,2)' } },
  },
  chunks: { lines: { table: 'LINES', mode: 'full', transport: 'chunks', columns: { id: ID, due: 'DATE' } } },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-faults-'));
  server = await startServer({
    users: [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }],
    rowsPerPartition: 20,
    stages: { LAKE: join(folder, 'stage') },
  });
  await server.database.run(`CREATE TABLE "ORDERS" AS
    SELECT i::DECIMAL(10,0) AS "ID", TIMESTAMP '2026-01-01' + to_seconds(i) AS "LOADED_AT" FROM range(50) r(i)`);
  await server.database.run(
    `CREATE TABLE "SHOPS" AS SELECT i::DECIMAL(10,0) AS "ID", (i / 4)::DECIMAL(12,2) AS "AREA" FROM range(50) r(i)`,
  );
  await server.database.run(
    `CREATE TABLE "LINES" AS SELECT i::DECIMAL(10,0) AS "ID", DATE '2026-01-01' + i::INTEGER AS "DUE" FROM range(50) r(i)`,
  );
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
});

afterAll(async () => {
  session.close();
  await server.close();
  await rm(folder, { recursive: true });
});

async function compileBronze(bronze: (typeof PIPELINES)[keyof typeof PIPELINES]): Promise<Graph> {
  const declaration = {
    name: 'faults',
    source: {
      kind: 'snowflake',
      account: 'LOCAL',
      user: 'ETL',
      url: server.url,
      privateKey: { env: 'KEY' },
      database: 'SHOP',
      stage: { name: 'LAKE', url: pathToFileURL(join(folder, 'stage')).href },
    },
    bronze,
  };
  const pipeline = parsePipeline(declaration, { path: 'snowmelt.config.ts', text: '' });
  return await compilePipeline(pipeline, {
    declaration: { path: 'snowmelt.config.ts', text: '' },
    files: fsProjectFiles({ folder }),
    binder: duckdbBinder({ session }),
    loadTranslator,
  });
}

// Waits between tries are what these runs would spend their time on.
const clock: Clock = { ...systemClock(), sleep: (ms, signal) => systemClock().sleep(Math.min(ms, 5), signal) };

function run(lake: string, day = DAY): Promise<RunRecord> {
  const store = fsObjectStore({ root: lake });
  const writer = duckdbParquetWriter({ session, store, spoolRoot: join(folder, 'spool') });
  const source = snowflakeSource({
    connection: graph.source.kind === 'snowflake' ? graph.source : { account: '', database: '', schema: '' },
    writer,
    secrets: { get: async () => KEYS.privateKeyPem },
    clock,
    attempts: storedAttemptNotes(store),
    idleTimeoutMs: 400,
  });
  const ports = {
    store,
    catalog: fsCatalog({ store }),
    clock,
    host: { notify: () => undefined },
    source: async () => source,
    engine: async () => duckdbEngine({ session, store }),
    digests: async () => duckdbDigests({ session, store }),
  };
  // One after the other: the same request has the same number in every run.
  return runPipeline(graph, day, ports, { concurrency: 1, retries: 0, signal: new AbortController().signal });
}

/** A digest of the rows of each published table, whatever their order. */
async function digest(lake: string): Promise<Readonly<Record<string, string>>> {
  const store = fsObjectStore({ root: lake });
  const connection = await session.connect();
  try {
    const found: Record<string, string> = {};
    for (const dataset of graph.datasets) {
      const files = publishedFiles(await readTable(store, dataset.name), shapeOf(dataset), 'rows').map(
        ({ key }) => `'${store.locate(key)}'`,
      );
      if (files.length === 0) continue;
      const sql = `SELECT count(*) || ':' || sum(hash(r)::HUGEINT) FROM read_parquet([${files.join(', ')}], hive_partitioning = false) r`;
      found[dataset.name] = String((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]);
    }
    return found;
  } finally {
    connection.closeSync();
  }
}

const newLake = () => join(folder, `lake-${lakes++}`);

describe.each(Object.entries(PIPELINES))('a fault at any request of a run of %s', (_, bronze) => {
  let requests = 0;
  let undisturbed: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    graph = await compileBronze(bronze);
    const lake = newLake();
    server.faults.forgetRequests();
    expect(await run(lake)).toMatchObject({ status: 'done' });
    requests = server.faults.requests().length;
    undisturbed = await digest(lake);
    expect(Object.values(undisturbed).map((text) => text.split(':')[0])).toEqual(Object.keys(bronze).map(() => '50'));
    // Descriptions, the bounds of the window, statements, what is asked until they are over, partitions.
    expect(requests).toBeGreaterThan(LEAST_REQUESTS * Object.keys(bronze).length);
  });

  function expectCodes(fault: Fault, steps: RunRecord['steps']): void {
    for (const { error } of steps) {
      if (error !== undefined) expect({ fault, code: error.code }).toEqual({ fault, code: expect.stringMatching(/^source\//) });
    }
  }

  /** `missed`: no request was left to meet the fault; how often a run asks whether a statement is over varies. */
  async function disturb(fault: Fault): Promise<'done' | 'failed' | 'missed'> {
    const lake = newLake();
    server.faults.clear();
    const added = server.faults.add(fault);
    const { status, steps } = await run(lake);
    const hits = added.hits();
    server.faults.clear();
    expectCodes(fault, steps);
    // What was published is right, whatever became of the rest.
    for (const [name, rows] of Object.entries(await digest(lake)))
      expect({ fault, name, rows }).toEqual({ fault, name, rows: undisturbed[name] });
    if (status !== 'done') {
      expect({ fault, status, hits: hits > 0, errors: steps.some(({ error }) => error !== undefined) }).toEqual({
        fault,
        status: 'failed',
        hits: true,
        errors: true,
      });
      expect({ fault, again: (await run(lake)).status }).toEqual({ fault, again: 'done' });
    }
    expect({ fault, rows: await digest(lake) }).toEqual({ fault, rows: undisturbed });
    if (fault.kind === 'late-commit' && hits > 0) await forgetLateRow(lake);
    await rm(lake, { recursive: true });
    if (hits === 0) return 'missed';
    return status === 'done' ? 'done' : 'failed';
  }

  // The next day's run brings the row that was committed meanwhile, once.
  async function forgetLateRow(lake: string): Promise<void> {
    if ('orders' in bronze) {
      await run(lake, NEXT_DAY);
      expect((await digest(lake))['bronze.orders']).toMatch(/^51:/);
    }
    await server.database.run('DELETE FROM "ORDERS" WHERE "ID" = 1000');
  }

  it.each(PASSING.map((fault) => [JSON.stringify(fault), fault] as const))(
    '%s, once: the run ends right, or the next one does',
    {
      timeout: 120_000,
    },
    async (_, fault) => {
      let failed = 0;
      for (let nth = 1; nth <= requests; nth++) if ((await disturb({ ...fault, match: { nth } })) === 'failed') failed++;
      // One bad answer is no reason to fail, unless it says that the credentials are wrong or hides that it is cut short.
      if (!['status', 'expired-token', 'truncate'].includes(fault.kind)) expect({ fault, failed }).toEqual({ fault, failed: 0 });
    },
  );

  it.each(LASTING.map((fault) => [JSON.stringify(fault), fault] as const))(
    '%s, lasting: the run fails with a code, and the next one ends right',
    {
      timeout: 120_000,
    },
    async (_, fault) => {
      for (let nth = 1; nth <= requests; nth++) {
        const ended = await disturb({ ...fault, match: { nth, times: 100_000 } });
        if (nth <= LEAST_REQUESTS * Object.keys(bronze).length || ended !== 'missed')
          expect({ fault, nth, ended }).toEqual({ fault, nth, ended: 'failed' });
      }
    },
  );
});
