import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '@snowmelt/core/compile';
import {
  findDataset,
  type Graph,
  publishedFiles,
  readTable,
  refusedPartitions,
  replayQuarantine,
  runPipeline,
} from '@snowmelt/core/pipeline';
import { addDays, datasetName, logicalDate, type ObjectKey, objectKey, type Source } from '@snowmelt/core/ports';
import { duckdbBinder, duckdbDigests, duckdbEngine, fsObjectStore, openDuckdb } from '@snowmelt/local';
import { manualClock, recordingHost, writeTestParquet } from '@snowmelt/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: 'node_modules/.cache/replay-tests' });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-replay-'));
});
afterAll(async () => {
  session.close();
  await rm(folder, { recursive: true, force: true });
});

const DAYS = ['2026-01-05', '2026-01-06', '2026-01-07'];
const SALES = datasetName('silver', 'sales');
type Sale = readonly [id: string, day: string, quantity: string | null];
type History = Readonly<Record<string, readonly Sale[]>>;
interface Rules {
  readonly kind: 'event' | 'snapshot';
  readonly max: number;
  readonly isRequired: boolean;
}

const translator = loadTranslator();
const graphs = new Map<string, Promise<Graph>>();
function compile(rules: Rules): Promise<Graph> {
  const key = JSON.stringify(rules);
  const graph = graphs.get(key) ?? compileAnew(rules);
  graphs.set(key, graph);
  return graph;
}

async function compileAnew({ kind, max, isRequired }: Rules): Promise<Graph> {
  const declaration: PipelineDeclaration = {
    name: 'shop',
    source: { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' },
    bronze: {
      sales: {
        table: 'S',
        mode: 'window',
        watermark: 'at',
        columns: { id: 'VARCHAR', day: 'DATE', quantity: 'VARCHAR', at: 'TIMESTAMP_NTZ' },
      },
    },
    silver: {
      sales: {
        kind,
        ...(kind === 'event' ? { eventTime: 'day' } : {}),
        from: 'bronze.sales',
        key: ['id'],
        version: 'at',
        columns: {
          id: { type: 'NUMBER(9,0)' },
          day: { type: 'DATE' },
          quantity: { type: 'NUMBER(9,0)', required: isRequired, range: { max } },
          at: { type: 'TIMESTAMP_NTZ' },
        },
      },
    },
  };
  const file = { path: 'snowmelt.config.ts', text: '' };
  const files = { read: async () => undefined };
  const input = { declaration: file, files, binder: duckdbBinder({ session }), loadTranslator: () => translator };
  return await compilePipeline(parsePipeline(declaration, file), input);
}

let lakes = 0;
function openLake(history: History) {
  const store = fsObjectStore({ root: join(folder, String(++lakes)) });
  const source: Source = {
    describe: async () => ({ described: [], notes: [] }),
    ping: async () => 'here',
    digest: () => Promise.reject(new Error('Nothing is compared.')),
    extract: async ({ columns, day, prefix }) => {
      const key = objectKey(`${prefix}/part-0.parquet`);
      const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);
      const rows = (history[day] ?? []).map(([id, on, quantity], i) => [text(id), text(on), text(quantity), `'${day} 00:00:0${i}'`]);
      if (rows.length > 0) await writeTestParquet(store.locate(key), columns, rows);
      const files = rows.length === 0 ? [] : [{ key, rows: rows.length, bytes: 1, checksum: '', columns: {} }];
      return { files, rows: rows.length, window: { high: `${addDays(day, 1)} 00:00:00` }, statements: [], bytesFetched: 0 };
    },
  };
  const ports = {
    store,
    clock: manualClock(),
    catalog: { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] },
    host: recordingHost(),
    engine: async () => duckdbEngine({ session, store }),
    source: async () => source,
    digests: async () => duckdbDigests({ session, store }),
  };
  const settings = { concurrency: 1, retries: 0, signal: new AbortController().signal };
  const textsOf = async (keys: readonly ObjectKey[]) => {
    if (keys.length === 0) return [];
    const connection = await session.connect();
    const paths = keys.map((key) => `'${store.locate(key)}'`).join(', ');
    const sql = `SELECT COLUMNS(c -> c NOT IN ('_batch', '_run')) FROM read_parquet([${paths}], hive_partitioning = false)`;
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    connection.closeSync();
    return rows.map((cells) => cells.join('|')).sort();
  };
  return {
    run: async (rules: Rules, days: readonly string[]) => {
      const graph = await compile(rules);
      for (const day of days) expect((await runPipeline(graph, logicalDate(day), ports, settings)).status).not.toBe('failed');
    },
    replay: async (rules: Rules, range = {}) => {
      const graph = await compile(rules);
      const dataset = findDataset(graph, SALES);
      if (dataset === undefined) throw new Error('silver.sales');
      return await replayQuarantine(graph, dataset, range, ports, settings);
    },
    contents: async (rules: Rules) => {
      const graph = await compile(rules);
      const dataset = findDataset(graph, SALES);
      const state = await readTable(store, SALES);
      if (dataset === undefined) throw new Error('silver.sales');
      const rows = publishedFiles(state, rules.kind, 'rows').map(({ key }) => key);
      const refused = refusedPartitions(dataset, state).flatMap(({ files }) => files);
      return { rows: await textsOf(rows), refused: await textsOf(refused) };
    },
    state: () => readTable(store, SALES),
  };
}

const sale: fc.Arbitrary<Sale> = fc.tuple(
  fc.constantFrom('1', '2', '3', 'x'),
  fc.constantFrom(...DAYS),
  fc.constantFrom('1', '5', '9', 'many', null),
);
const history: fc.Arbitrary<History> = fc
  .tuple(...DAYS.map(() => fc.array(sale, { maxLength: 4 })))
  .map((days) => Object.fromEntries(DAYS.map((day, i) => [day, days[i] ?? []])));
const limits = fc.record({ max: fc.constantFrom(1, 5, 9), isRequired: fc.boolean() });

it.each(['event', 'snapshot'] as const)(
  'of a dataset of kind %s: nothing is lost or there twice, whatever was fixed',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(history, limits, limits, async (rows, before, after) => {
        const [old, now]: Rules[] = [
          { kind, ...before },
          { kind, ...after },
        ];
        if (old === undefined || now === undefined) return;
        const [lake, fresh] = [openLake(rows), openLake(rows)];
        await lake.run(old, DAYS);
        const { outcomes } = await lake.replay(now);
        expect(outcomes.every(({ status }) => status === 'done')).toBe(true);
        const again = await lake.replay(now);
        expect(again.outcomes.every(({ status }) => status === 'done')).toBe(true);
        await fresh.run(now, DAYS);
        if ((await lake.state()).fingerprint !== (await fresh.state()).fingerprint) return;
        expect(await lake.contents(now)).toEqual(await fresh.contents(now));
        for (const { rows: kept, refused, rowsRead } of (await lake.state()).partitions.values())
          if (rowsRead !== undefined) expect(kept + refused.rows).toBeLessThanOrEqual(rowsRead);
      }),
      { numRuns: 12, seed: 4 },
    );
  },
  300_000,
);

const RULES: Rules = { kind: 'event', max: 5, isRequired: true };
const BAD: History = {
  '2026-01-05': [
    ['1', '2026-01-05', '1'],
    ['2', '2026-01-05', '9'],
  ],
  '2026-01-06': [
    ['3', '2026-01-06', '9'],
    ['4', '2026-01-07', '1'],
  ],
};

it('does what the ledger knows to be stale, and says so', async () => {
  const lake = openLake(BAD);
  await lake.run(RULES, DAYS);
  const { outcomes, days } = await lake.replay({ ...RULES, max: 9 });
  expect([outcomes.map(({ reason }) => reason), days]).toEqual([
    ['stale: its definition changed: column quantity'],
    ['2026-01-05', '2026-01-06'],
  ]);
  expect((await lake.contents(RULES)).refused).toEqual([]);
  expect(await lake.replay({ ...RULES, max: 9 })).toMatchObject({ outcomes: [], days: [] });
});

it('builds again only partitions with refused rows, of the range, where the ledger holds them for current', async () => {
  const lake = openLake(BAD);
  await lake.run(RULES, DAYS);
  const before = await lake.state();
  const { outcomes, after } = await lake.replay(RULES, { from: logicalDate('2026-01-06') });
  expect(outcomes).toMatchObject([{ reason: 'replay: a partition has refused rows', rowsRead: 1, rowsRefused: 1, partitions: 1 }]);
  const versions = (state: typeof before) => [...state.partitions].map(([day, { version }]) => `${day} ${version - before.version}`);
  expect(versions(after).map((text) => text.endsWith(' 1'))).toEqual([false, true, false]);
  expect(after.partitions.get(logicalDate('2026-01-05'))).toEqual(before.partitions.get(logicalDate('2026-01-05')));
});
