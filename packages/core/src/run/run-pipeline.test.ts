import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../testkit/src/fakes/manual-clock.ts';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { recordingHost } from '../../../testkit/src/fakes/recording-host.ts';
import type { Graph, GraphDataset } from '../compile/graph.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { emptyState } from '../lake/commit.ts';
import { readRunRecords } from '../lake/run-record.ts';
import { commitToTable, readTable } from '../lake/table-log.ts';
import { parseDatasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { Message } from '../messages/catalogue.ts';
import type { CatalogTable } from '../ports/catalog.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { CallContext, ExtractRequest } from '../ports/source.ts';
import type { BuildRequest } from '../ports/sql-engine.ts';
import { forBoth } from '../sql/render.ts';
import { runPipeline } from './run-pipeline.ts';

const DAY = logicalDate('2024-01-15');
const columns = [{ name: 'id', type: { kind: 'bigint' } }] as const;
const sql = forBoth(() => 'SELECT 1');
const WINDOW = { kind: 'window', watermark: 'id', lagSeconds: 0, nulls: 'fail' } as const;

const NOTHING = { description: undefined, lineage: {}, checks: [], checkScans: [], file: undefined, key: undefined };

/** Datasets in their order, as `name` or `name < input input`: snapshots of a model, but for `silver.events`, cleaned by day. */
function graphOf(...lines: readonly string[]): Graph {
  const datasets = lines.map((line): GraphDataset => {
    const [name = '', inputs] = line.split(' < ');
    const reads = (inputs?.split(' ') ?? []).map(parseDatasetName);
    const shared = { ...NOTHING, name: parseDatasetName(name), columns, inputs: reads, fingerprint: `of ${name}` };
    if (name.startsWith('bronze.')) {
      return { ...shared, layer: 'bronze', relation: { kind: 'table', table: name }, sourceColumns: [], mode: WINDOW };
    }
    const partitioning = { kind: 'snapshot' } as const;
    if (name.startsWith('gold.')) return { ...shared, layer: 'gold', partitioning, sql };
    const origin = { kind: 'model', sql, columns } as const;
    const silver = { ...shared, layer: 'silver', quarantineMaxPercent: undefined } as const;
    if (name !== 'silver.events') return { ...silver, partitioning, origin, cleaning: undefined };
    const from = { kind: 'bronze', dataset: parseDatasetName(inputs ?? ''), mode: 'window', columns } as const;
    const cleaning = { classify: sql, daysOfNew: sql, candidates: sql, rows: sql, refused: sql, accounting: sql };
    return { ...silver, partitioning: { kind: 'event', eventTime: 'id' }, origin: from, cleaning };
  });
  const source = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D', schema: 'PUBLIC' } as const;
  return { pipeline: 'shop', source, schedule: undefined, retentionDays: 30, datasets };
}

const fileIn = (folder: string): DataFile => ({
  key: objectKey(`${folder}/part-0.parquet`),
  rows: 10,
  bytes: 100,
  checksum: 'sha256:1',
  columns: {},
});

/** What happens while a dataset is extracted or built: a test may wait, throw, or do something else meanwhile. */
type Act = () => Promise<unknown>;

interface Script {
  readonly acts?: Readonly<Record<string, Act>>;
  readonly store?: ObjectStore;
  /** Begins the names of the runs, where several share a lake. */
  readonly runs?: string;
}

/** Everything a run touches, played by fakes that remember. */
function openWorld({ acts = {}, store = memoryObjectStore(), runs }: Script = {}) {
  const calls: string[] = [];
  const attempts: string[] = [];
  const opened: string[] = [];
  const tables = new Map<string, CatalogTable>();
  const catalogFaults = { register: false };
  const host = recordingHost();
  const manual = manualClock();
  const clock = runs === undefined ? manual : { ...manual, newId: () => `${runs}-${manual.newId()}` };
  const act = async (dataset: string, call: CallContext) => {
    calls.push(dataset);
    attempts.push(call.attempt);
    await acts[dataset]?.();
  };
  const source = {
    describe: async () => ({ described: [], notes: [] }),
    ping: async () => 'here',
    extract: async ({ dataset, prefix }: ExtractRequest, call: CallContext) => {
      await act(dataset, call);
      return { files: [fileIn(prefix)], rows: 10, window: {}, statements: ['q1'], bytesFetched: 50 };
    },
    digest: () => Promise.reject(new Error('No rows are shown again.')),
  };
  const engine = {
    dialect: 'duckdb' as const,
    build: async ({ dataset, stages, outputs, accounting }: BuildRequest, call: CallContext) => {
      await act(dataset, call);
      const files = stages.flatMap((stage) => (stage.kind === 'input' ? stage.input.files : []));
      const batches = files.flatMap((key) => key.split('/').at(-2) ?? []);
      const written = outputs.map(({ part, prefix }) => ({
        part,
        partitions: [{ day: DAY, rows: 10, files: [fileIn(prefix.replace('{attempt}', call.attempt))] }],
      }));
      return { violations: {}, accounts: accounting === undefined ? [] : [{ day: DAY, rowsRead: 10, batches }], outputs: written };
    },
  };
  const ports = {
    store,
    clock,
    host,
    catalog: {
      register: async ({ dataset, table, columns: of, version }: CatalogTable & { readonly dataset: string }) => {
        if (catalogFaults.register) throw new SnowmeltError('lake/io', { message: 'The catalog is away.' });
        tables.set(dataset, { table, columns: of, version });
      },
      get: async (dataset: string) => tables.get(dataset),
      listPartitions: async () => [],
    },
    engine: async () => {
      opened.push('engine');
      return engine;
    },
    source: async () => {
      opened.push('source');
      return source;
    },
    digests: () => Promise.reject(new Error('Nothing is compared.')),
  };
  const stop = new AbortController();
  const run = (graph: Graph, { day = DAY, concurrency = 2, retries = 2 } = {}) =>
    runPipeline(graph, day, ports, { concurrency, retries, signal: stop.signal });
  const version = async (name: string) => (await readTable(store, parseDatasetName(name))).version;
  return { run, version, calls, attempts, opened, tables, catalogFaults, messages: host.messages, clock, stop, store };
}

const codes = (messages: readonly Message[]) => messages.map(({ code }) => code);
const fail = (code: ConstructorParameters<typeof SnowmeltError>[0]) => async () => {
  throw new SnowmeltError(code, { message: 'It did not work.', hint: 'Look there.' });
};
const SHOP = graphOf('bronze.a', 'bronze.b', 'silver.x < bronze.a', 'silver.y < bronze.b', 'gold.z < silver.x silver.y');

describe('a run', () => {
  it('goes through the layers in order and keeps a record of it', async () => {
    const world = openWorld();
    const record = await world.run(SHOP);
    expect(world.calls).toEqual(['bronze.a', 'bronze.b', 'silver.x', 'silver.y', 'gold.z']);
    expect(record).toMatchObject({ format: 1, pipeline: 'shop', day: DAY, status: 'done', startedAt: '2024-01-15T00:00:00.000Z' });
    expect(record.steps).toHaveLength(5);
    const did = { rowsRead: 10, rowsWritten: 10, rowsRefused: 0, partitions: 1, bytes: 100, version: 1, attempts: 1, durationMs: 0 };
    expect(record.steps[2]).toMatchObject({ step: 'build silver.x 2024-01-15', kind: 'build', status: 'done', ...did });
    expect(await readRunRecords(world.store, 5)).toEqual([record]);
    expect(new Set(world.attempts).size).toBe(5);
    expect(world.messages.at(-1)).toMatchObject({ code: 'run/finished', status: 'done' });
  });

  it('with nothing to do opens no engine and no source, and leaves no trace', async () => {
    const world = openWorld();
    await world.run(SHOP);
    const before = await world.store.list('');
    world.opened.length = 0;
    expect(await world.run(SHOP)).toMatchObject({ status: 'nothing-to-do', steps: [] });
    expect(world.opened).toEqual([]);
    expect(await world.store.list('')).toEqual(before);
    expect(codes(world.messages).slice(-2)).toEqual(['run/started', 'run/finished']);
  });

  it('never has more steps under way than it may, and uses what it may', async () => {
    let underWay = 0;
    let most = 0;
    let release = () => {};
    const meet: Act = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      // Each waits for a second one: with fewer at a time the test would never end.
      if (underWay % 2 === 1) await new Promise<void>((resolve) => (release = resolve));
      else release();
      await Promise.resolve();
      underWay -= 1;
    };
    const names = ['bronze.a', 'bronze.b', 'bronze.c', 'bronze.d'];
    const world = openWorld({ acts: Object.fromEntries(names.map((name) => [name, meet])) });
    await world.run(graphOf(...names), { concurrency: 2 });
    expect(most).toBe(2);
    expect(world.calls).toHaveLength(4);
  });
});

describe('an error', () => {
  it('stops what is behind it and nothing else, and says so', async () => {
    const world = openWorld({ acts: { 'bronze.a': fail('source/statement-failed') } });
    const record = await world.run(SHOP);
    expect(world.calls).toEqual(['bronze.a', 'bronze.b', 'silver.y']);
    expect(record.status).toBe('failed');
    expect(record.steps.map(({ dataset, status, reason }) => [dataset, status, reason])).toEqual([
      ['bronze.a', 'failed', 'missing: never extracted'],
      ['bronze.b', 'done', 'missing: never extracted'],
      ['silver.y', 'done', 'missing: never built'],
      ['gold.z', 'skipped', 'an input failed: bronze.a'],
    ]);
    expect(record.steps[0]?.error).toEqual({
      code: 'source/statement-failed',
      message: 'It did not work.',
      hint: 'Look there.',
      at: { dataset: 'bronze.a' },
    });
    expect([...world.tables.keys()]).toEqual(['bronze.b', 'silver.y']);
  });

  it('leaves the way open: the next run does what was left', async () => {
    const store = memoryObjectStore();
    await openWorld({ store, acts: { 'silver.x': fail('build/failed') } }).run(SHOP);
    const next = openWorld({ store });
    expect((await next.run(SHOP)).status).toBe('done');
    expect(next.calls).toEqual(['silver.x', 'gold.z']);
  });
});

describe('another run on the same lake', () => {
  /** Lets a whole other run happen while a dataset is built for the first time. */
  const meanwhile = (dataset: string, other: () => Promise<unknown>) => {
    let isFirst = true;
    const act: Act = async () => {
      if (isFirst) {
        isFirst = false;
        await other();
      }
    };
    return { [dataset]: act };
  };

  it('that was first is respected: nothing is done twice, and the record is finished', async () => {
    const store = memoryObjectStore();
    const other = openWorld({ store, runs: 'other' });
    const world = openWorld({ store, acts: meanwhile('bronze.a', () => other.run(SHOP)) });
    const record = await world.run(SHOP, { concurrency: 1 });
    expect(other.calls).toHaveLength(5);
    expect(world.calls).toEqual(['bronze.a', 'bronze.b']);
    expect(record.status).toBe('nothing-to-do');
    expect((await readRunRecords(store, 5)).map(({ run, status }) => [run, status])).toEqual([
      ['other-id000001', 'done'],
      ['id000001', 'nothing-to-do'],
    ]);
    expect(await world.version('gold.z')).toBe(1);
  });

  it('that took in more is not undone with what this one knew', async () => {
    const store = memoryObjectStore();
    const graph = graphOf('bronze.a', 'silver.events < bronze.a');
    const later = openWorld({ store, runs: 'later' });
    const nextDay = () => later.run(graph, { day: logicalDate('2024-01-16') });
    const world = openWorld({ store, acts: meanwhile('silver.events', nextDay) });
    await world.run(graph);
    expect(later.calls).toEqual(['bronze.a', 'silver.events']);
    expect(world.calls).toEqual(['bronze.a', 'silver.events']);
    expect(await readTable(store, parseDatasetName('silver.events'))).toMatchObject({ version: 1, inputs: { 'bronze.a': 2 } });
  });

  it('that is always first is given up on', async () => {
    const store = memoryObjectStore();
    const steal: Act = async () => {
      const { dataset, version, columns: of, refusedColumns, inputs, checks } = await readTable(store, parseDatasetName('bronze.a'));
      const shared = { format: 1, dataset, columns: of, refusedColumns, inputs, checks, fingerprint: 'of bronze.a' } as const;
      const own = { version: version + 1, run: 'other', committedAt: '2024-01-15T00:00:00.000Z', partitions: {}, replaceAll: false };
      await commitToTable(store, emptyState(dataset), { ...shared, ...own });
    };
    const world = openWorld({ store, acts: { 'bronze.a': steal } });
    const record = await world.run(graphOf('bronze.a'));
    expect(record).toMatchObject({ status: 'failed', steps: [{ error: { code: 'lake/commit-conflict' } }] });
    expect(world.calls).toHaveLength(5);
  });
});

describe('an interruption', () => {
  it('stops before the next step, says so, and the next run goes on', async () => {
    const store = memoryObjectStore();
    const world = openWorld({ store, acts: { 'bronze.b': async () => world.stop.abort() } });
    const record = await world.run(SHOP, { concurrency: 1 });
    expect(world.calls).toEqual(['bronze.a', 'bronze.b']);
    expect(record).toMatchObject({ status: 'interrupted', finishedAt: expect.any(String) });
    expect(await readRunRecords(store, 1)).toEqual([record]);
    const next = openWorld({ store, runs: 'next' });
    expect((await next.run(SHOP)).status).toBe('done');
    expect(next.calls).toEqual(['silver.x', 'silver.y', 'gold.z']);
  });

  it('before anything was done is a run, too', async () => {
    const world = openWorld();
    world.stop.abort();
    expect(await world.run(SHOP)).toMatchObject({ status: 'interrupted', steps: [] });
    expect(await readRunRecords(world.store, 1)).toMatchObject([{ status: 'interrupted' }]);
  });
});

it('a catalog that missed commits is brought up to date by the next run', async () => {
  const world = openWorld();
  world.catalogFaults.register = true;
  expect((await world.run(SHOP)).status).toBe('done');
  expect(codes(world.messages).filter((code) => code === 'catalog/behind')).toHaveLength(5);
  expect(world.tables.size).toBe(0);
  world.catalogFaults.register = false;
  expect((await world.run(SHOP)).status).toBe('nothing-to-do');
  expect(codes(world.messages).filter((code) => code === 'catalog/repaired')).toHaveLength(5);
  for (const { name } of SHOP.datasets) expect(world.tables.get(name)?.version).toBe(await world.version(name));
});
