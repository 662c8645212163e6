import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '@snowmelt/core/compile';
import { type Graph, type RunRecord, readTable, runPipeline } from '@snowmelt/core/pipeline';
import { addDays, datasetName, type LogicalDate, logicalDate, type Secrets } from '@snowmelt/core/ports';
import {
  duckdbBinder,
  duckdbDigests,
  duckdbEngine,
  filesSource,
  fsCatalog,
  fsObjectStore,
  fsProjectFiles,
  openDuckdb,
} from '@snowmelt/local';
import { manualClock } from '@snowmelt/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './compare-lakes.ts';

const FIRST = logicalDate('2024-03-04');
const KEY = 'a key that nobody guesses, ever';
const secrets: Secrets = { get: async () => KEY };
const folder = await mkdtemp(join(tmpdir(), 'snowmelt-references-'));
const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(folder, 'tmp') });
const translator = loadTranslator();
afterAll(async () => {
  session.close();
  await rm(folder, { recursive: true });
});

const buyer = { dataset: 'silver.dim_customers', column: 'customer' };
const orderColumns = {
  id: { type: 'NUMBER(9,0)' },
  buyer: { type: 'VARCHAR', reference: buyer },
  day: { type: 'DATE' },
  changed_at: { type: 'TIMESTAMP_NTZ' },
} as const;
const declaration: PipelineDeclaration = {
  name: 'shop',
  source: { kind: 'files', folder: '.' },
  keys: { pii: { env: 'PII' } },
  bronze: {
    customers: { table: 'customers.csv', mode: 'full', columns: { customer: 'VARCHAR' } },
    orders: {
      table: 'orders/*.csv',
      mode: 'window',
      watermark: 'changed_at',
      columns: { id: 'NUMBER(9,0)', buyer: 'VARCHAR', day: 'DATE', changed_at: 'TIMESTAMP_NTZ' },
    },
  },
  silver: {
    dim_customers: { kind: 'snapshot', from: 'bronze.customers', key: ['customer'], columns: { customer: { type: 'VARCHAR' } } },
    orders_by_day: { kind: 'event', eventTime: 'day', from: 'bronze.orders', key: ['id'], version: 'changed_at', columns: orderColumns },
    orders_now: { kind: 'snapshot', from: 'bronze.orders', key: ['id'], version: 'changed_at', columns: orderColumns },
    hidden_customers: {
      kind: 'snapshot',
      from: 'bronze.customers',
      key: ['customer'],
      columns: { customer: { type: 'VARCHAR', protect: { method: 'hash', key: 'pii' } } },
    },
    hidden_orders: {
      kind: 'event',
      eventTime: 'day',
      from: 'bronze.orders',
      columns: {
        ...orderColumns,
        buyer: {
          type: 'VARCHAR',
          protect: { method: 'hash', key: 'pii' },
          reference: { dataset: 'silver.hidden_customers', column: 'customer' },
        },
      },
    },
  },
};

let graph: Graph;
beforeAll(async () => {
  const file = { path: 'snowmelt.config.ts', text: '' };
  const files = fsProjectFiles({ folder });
  graph = await compilePipeline(parsePipeline(declaration, file), {
    declaration: file,
    files,
    binder: duckdbBinder({ session }),
    loadTranslator: () => translator,
  });
});

interface Order {
  readonly id: number;
  readonly buyer: string | null;
  /** Days before the one that brings it. */
  readonly late: number;
}

/** What a day brings: all customers that there are, and new orders. */
interface Day {
  readonly customers: readonly string[];
  readonly orders: readonly Order[];
}

let shops = 0;

/** A source folder and as many lakes over it as a test likes. */
function openShop() {
  shops += 1;
  const home = join(folder, `shop${shops}`);
  let days = 0;
  return {
    async next({ customers, orders }: Day): Promise<LogicalDate> {
      const day = addDays(FIRST, days++);
      const at = `${day} 12:00:00`;
      const lines = orders.map((order) => `${order.id},${order.buyer ?? ''},${addDays(day, -order.late)},${at}\n`);
      await mkdir(join(home, 'orders'), { recursive: true });
      await writeFile(join(home, 'customers.csv'), `customer\n${customers.map((name) => `${name}\n`).join('')}`);
      await writeFile(join(home, 'orders', `${day}.csv`), `id,buyer,day,changed_at\n${lines.join('')}`);
      return day;
    },
    lake: (name: string) => join(home, name),
    async run(name: string, day: LogicalDate): Promise<RunRecord> {
      const store = fsObjectStore({ root: join(home, name) });
      const clock = manualClock(`${addDays(day, 1)}T01:00:00.000Z`);
      const ports = {
        store,
        catalog: fsCatalog({ store }),
        clock: { ...clock, newId: () => `run${++runs}` },
        host: { notify: () => undefined },
        source: async () => filesSource({ folder: home, session, store, clock }),
        engine: async () => duckdbEngine({ session, store, secrets }),
        digests: async () => duckdbDigests({ session, store }),
      };
      const record = await runPipeline(graph, day, ports, { concurrency: 1, retries: 0, signal: new AbortController().signal });
      expect(record.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
      return record;
    },
  };
}
let runs = 0;

const reasonsOf = (record: RunRecord) => Object.fromEntries(record.steps.map(({ dataset, reason }) => [dataset, reason]));

describe('a reference', () => {
  it('refuses what it does not find, and takes it when that arrives late', async () => {
    const shop = openShop();
    const days: Day[] = [
      {
        customers: ['ann'],
        orders: [
          { id: 1, buyer: 'ann', late: 0 },
          { id: 2, buyer: 'bob', late: 0 },
          { id: 3, buyer: null, late: 0 },
        ],
      },
      { customers: ['ann', 'bob'], orders: [] },
      { customers: ['bob'], orders: [] },
    ];
    const counts: string[] = [];
    for (const day of days) {
      const record = await shop.run('lake', await shop.next(day));
      const { partitions } = await readTable(fsObjectStore({ root: shop.lake('lake') }), datasetName('silver', 'orders_by_day'));
      for (const { rows, refused } of partitions.values()) counts.push(`${rows} rows, ${refused.rows} refused`);
      if (counts.length > 1) expect(reasonsOf(record)['silver.orders_by_day']).toMatch(/^stale: .*silver\.dim_customers/);
    }
    expect(counts).toEqual(['2 rows, 1 refused', '3 rows, 0 refused', '2 rows, 1 refused']);
  });

  it('is right after any history: the lake is what a build from scratch would be', async () => {
    const name = fc.constantFrom('ann', 'bob', 'cid', 'dan');
    const order = fc.record({
      id: fc.integer({ min: 1, max: 5 }),
      buyer: fc.option(name, { freq: 5 }),
      late: fc.integer({ min: 0, max: 3 }),
    });
    const day = fc.record({ customers: fc.uniqueArray(name, { minLength: 1 }), orders: fc.array(order, { maxLength: 5 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(day, { minLength: 2, maxLength: 4 }), async (days) => {
        const shop = openShop();
        let last = FIRST;
        for (const one of days) {
          last = await shop.next(one);
          await shop.run('daily', last);
        }
        await shop.run('once', last);
        expect(await differences(graph, shop.lake('daily'), shop.lake('once'), ['silver'])).toEqual({});
        expect((await shop.run('daily', last)).status).toBe('nothing-to-do');
      }),
      { numRuns: 6, seed: 4 },
    );
  }, 240_000);
});
