import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '../compile.ts';
import { emptyState, type PartitionEntry, type TableState } from '../lake/commit.ts';
import { type DatasetName, parseDatasetName } from '../layout/dataset-name.ts';
import { addDays, type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { Plan } from '../steps/step.ts';
import { buildPlan } from './build-plan.ts';
import { describeLedger } from './ledger.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

type Silver = NonNullable<PipelineDeclaration['silver']>[string];
const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' } as const;
const sales = { id: 'INT', sold_on: 'DATE', changed_at: 'TIMESTAMP_NTZ' };
const cleaned = { id: { type: 'INT' }, sold_on: { type: 'DATE' }, changed_at: { type: 'TIMESTAMP_NTZ' } };
const bronze = {
  sales: { table: 'SALES', mode: 'window', watermark: 'changed_at', lag: '5 minutes', columns: sales },
  items: { table: 'ITEMS', mode: 'full', columns: { id: 'INT', since: 'DATE' } },
} as const;
const FACT: Silver = { kind: 'event', eventTime: 'sold_on', from: 'bronze.sales', columns: cleaned };
const silver: Readonly<Record<string, Silver>> = {
  fact: FACT,
  latest: { kind: 'snapshot', from: 'bronze.sales', key: ['id'], version: 'changed_at', columns: cleaned },
  dim: { kind: 'snapshot', from: 'bronze.items', columns: { id: { type: 'INT' }, since: { type: 'DATE' } } },
  joined: { kind: 'snapshot', sql: 'joined.sql' },
};
const gold: PipelineDeclaration['gold'] = {
  daily: { kind: 'event', eventTime: 'sold_on', sql: 'daily.sql' },
  priced: { kind: 'event', eventTime: 'sold_on', sql: 'priced.sql' },
  totals: { kind: 'snapshot', sql: 'totals.sql' },
  arrivals: { kind: 'event', eventTime: 'since', sql: 'arrivals.sql' },
};
const SQL: Readonly<Record<string, string>> = {
  'joined.sql': 'select d.id from silver.dim as d join silver.fact as f on f.id = d.id',
  'daily.sql': 'select sold_on, count(*) as n from silver.fact group by sold_on',
  'priced.sql': 'select f.sold_on, count(d.id) as n from silver.fact as f join silver.dim as d on d.id = f.id group by f.sold_on',
  'totals.sql': 'select count(*) as n, $logical_date as as_of from silver.fact',
  'arrivals.sql': 'select since, count(*) as n from silver.dim group by since',
};

async function compile(changes: Partial<PipelineDeclaration> = {}, sql = SQL): Promise<Graph> {
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  const pipeline = parsePipeline({ name: 'shop', source: SOURCE, bronze, silver, gold, ...changes }, declaration);
  return await compilePipeline(pipeline, {
    declaration,
    files: { read: async (path) => sql[path] },
    binder: duckdbBinder({ session }),
    loadTranslator,
  });
}

let graph: Graph;
beforeAll(async () => {
  graph = await compile();
});

const DAY = logicalDate('2024-01-16');
const print = (name: string, of = graph) => findDataset(of, name)?.fingerprint ?? '';

/** A table of a lake: what a test says of it, and the usual for the rest. */
function table(
  name: string,
  version: number,
  partitions: Readonly<Record<string, Partial<PartitionEntry>>>,
  more: Partial<TableState> = {},
): TableState {
  const entries = Object.entries(partitions).map(([day, entry]): [LogicalDate, PartitionEntry] => {
    const file = {
      key: objectKey(`${name}/${day}/v${entry.version ?? version}.parquet`),
      rows: 1,
      bytes: 1,
      checksum: 'sha256:1',
      columns: {},
    };
    const usual = { version, fingerprint: print(name), rows: 1, files: [file], refused: { rows: 0, files: [] }, inputs: {} };
    return [logicalDate(day), { ...usual, ...entry }];
  });
  return { ...emptyState(parseDatasetName(name)), version, fingerprint: print(name), partitions: new Map(entries), ...more };
}

/** A bronze table with one batch a day. */
function extracted(name: string, days: readonly string[]): TableState {
  const entries = days.map((day, i): [string, Partial<PartitionEntry>] => {
    const id = `${day}-run${i + 1}-1`;
    const files = [{ key: objectKey(`${name}/${id}/part-0.parquet`), rows: 10, bytes: 1, checksum: 'sha256:1', columns: {} }];
    return [day, { version: i + 1, batches: [{ id, version: i + 1, rows: 10, files, window: {} }] }];
  });
  const coveredTo = `${addDays(logicalDate(days.at(-1) ?? '2024-01-01'), 1)}T00:00:00.000Z`;
  return table(name, days.length, Object.fromEntries(entries), { watermark: { coveredTo } });
}

type Tables = Readonly<Record<string, TableState>>;

/** A lake in which everything of 2024-01-16 is built. */
function builtLake(changes: Tables = {}): Tables {
  const inputs = { 'bronze.sales': 2, 'bronze.items': 2, 'silver.fact': 2, 'silver.dim': 2 };
  const twoDays = { '2024-01-15': { version: 1, inputs: { ...inputs, 'bronze.sales': 1 } }, '2024-01-16': { version: 2, inputs } };
  const factDays = {
    '2024-01-15': { version: 1, inputs, fromBatches: ['2024-01-15-run1-1'] },
    '2024-01-16': { version: 2, inputs, fromBatches: ['2024-01-16-run2-1'] },
  };
  return {
    'bronze.sales': extracted('bronze.sales', ['2024-01-15', '2024-01-16']),
    'bronze.items': extracted('bronze.items', ['2024-01-15', '2024-01-16']),
    'silver.fact': table('silver.fact', 2, factDays, { inputs }),
    'silver.latest': table('silver.latest', 2, twoDays, { inputs }),
    'silver.dim': table('silver.dim', 2, twoDays, { inputs }),
    'silver.joined': table('silver.joined', 2, twoDays, { inputs }),
    'gold.daily': table('gold.daily', 2, twoDays, { inputs }),
    'gold.priced': table('gold.priced', 2, twoDays, { inputs }),
    'gold.totals': table('gold.totals', 2, twoDays, { inputs }),
    'gold.arrivals': table('gold.arrivals', 2, twoDays, { inputs }),
    ...changes,
  };
}

const lakeOf = (tables: Tables) => new Map(Object.values(tables).map((state) => [state.dataset, state]));
const plan = (tables: Tables, day = DAY, of = graph) => buildPlan(of, lakeOf(tables), { day });
const emptyOf = (name: string) => emptyState(parseDatasetName(name));
const reasons = ({ steps }: Plan) => Object.fromEntries(steps.map(({ dataset, reason }) => [dataset, reason]));

/** A table in any state that a lake may have it in. */
function anyTable({ name, layer }: GraphDataset): fc.Arbitrary<TableState> {
  const on = fc.subarray(['2024-01-14', '2024-01-15', '2024-01-16']);
  if (layer === 'bronze') return on.map((days) => extracted(name, days));
  const entry = fc.record({
    version: fc.integer({ min: 1, max: 3 }),
    fingerprint: fc.constantFrom(print(name), 'old'),
    seen: fc.nat(3),
    rows: fc.nat(2),
  });
  return fc.tuple(on, entry).map(([days, { seen, ...more }]) => {
    const inputs = { 'bronze.sales': seen, 'silver.fact': seen, 'silver.dim': seen };
    return table(name, 3, Object.fromEntries(days.map((day) => [day, { ...more, inputs, fromBatches: ['2024-01-15-run1-1'] }])), {
      inputs,
    });
  });
}

describe('a plan', () => {
  it('of a fresh lake extracts, and tells what follows after what', () => {
    const fresh = plan({});
    expect(reasons(fresh)).toEqual({ 'bronze.sales': 'missing: never extracted', 'bronze.items': 'missing: never extracted' });
    expect(fresh.pending).toEqual([
      { dataset: 'silver.fact', after: ['bronze.sales'] },
      { dataset: 'silver.latest', after: ['bronze.sales'] },
      { dataset: 'silver.dim', after: ['bronze.items'] },
      { dataset: 'silver.joined', after: ['silver.dim', 'silver.fact'] },
      { dataset: 'gold.daily', after: ['silver.fact'] },
      { dataset: 'gold.priced', after: ['silver.fact', 'silver.dim'] },
      { dataset: 'gold.totals', after: ['silver.fact'] },
      { dataset: 'gold.arrivals', after: ['silver.dim'] },
    ]);
  });

  it('of a lake that has it all is empty', () => {
    expect(plan(builtLake())).toEqual({ day: DAY, steps: [], pending: [] });
  });

  it('leaves alone what was settled, and what would follow it', () => {
    const settled = new Set<DatasetName>(graph.datasets.filter(({ layer }) => layer === 'bronze').map(({ name }) => name));
    expect(buildPlan(graph, new Map(), { day: DAY, settled })).toEqual({ day: DAY, steps: [], pending: [] });
  });

  it('names why each kind of dataset must be built again', async () => {
    const defined = await compile({ silver: { ...silver, fact: { ...FACT, distinct: ['id'] } } });
    expect(reasons(plan(builtLake(), DAY, defined))).toEqual({ 'silver.fact': 'stale: its definition changed' });
    const moreSales = { 'bronze.sales': extracted('bronze.sales', ['2024-01-15', '2024-01-16', '2024-01-17']) };
    expect(reasons(plan(builtLake(moreSales)))).toEqual({ 'silver.fact': 'stale: 10 new rows in 1 batch of bronze.sales' });
    const newDim = { 'silver.dim': table('silver.dim', 3, { '2024-01-16': { version: 3, inputs: { 'bronze.items': 2 } } }) };
    expect(reasons(plan(builtLake(newDim)))).toEqual({
      'silver.joined': 'stale: silver.dim moved from version 2 to 3',
      'gold.priced': 'stale: silver.dim moved from version 2 to 3 (2 days)',
      'gold.arrivals': 'stale: silver.dim moved from version 2 to 3',
    });
  });

  it('has snapshots of the next day, although nothing came', () => {
    const next = logicalDate('2024-01-17');
    const settled = new Set(graph.datasets.filter(({ layer }) => layer === 'bronze').map(({ name }) => name));
    const { steps, pending } = buildPlan(graph, lakeOf(builtLake()), { day: next, settled });
    expect(steps.map(({ dataset, reason }) => [dataset, reason])).toEqual([
      ['silver.latest', 'missing: no partition for 2024-01-17'],
      ['silver.dim', 'missing: no partition for 2024-01-17'],
      ['gold.totals', 'missing: no partition for 2024-01-17'],
    ]);
    expect(pending.map(({ dataset }) => dataset)).toEqual(['silver.joined', 'gold.priced', 'gold.arrivals']);
  });

  it('is plain data with finished SQL', () => {
    for (const made of [
      plan({}),
      plan(builtLake(), logicalDate('2024-01-17')),
      plan(builtLake({ 'gold.totals': emptyOf('gold.totals') })),
    ]) {
      expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      expect(JSON.stringify(made)).not.toContain('{{logical_date}}');
    }
    expect(JSON.stringify(plan(builtLake({ 'gold.totals': emptyOf('gold.totals') })))).toContain("CAST('2024-01-16' AS DATE)");
  });

  it('makes only what is selected, and never of inputs that are not there', () => {
    const only = (...names: string[]) => new Set(names.map(parseDatasetName));
    const moreSales = builtLake({ 'bronze.sales': extracted('bronze.sales', ['2024-01-15', '2024-01-16', '2024-01-17']) });
    const made = buildPlan(graph, lakeOf(moreSales), { day: DAY, only: only('silver.fact', 'gold.daily') });
    expect([made.steps.map(({ dataset }) => dataset), made.pending.map(({ dataset }) => dataset)]).toEqual([
      ['silver.fact'],
      ['gold.daily'],
    ]);
    expect(buildPlan(graph, lakeOf(moreSales), { day: DAY, only: only('gold.daily') }).steps).toEqual([]);
    const refuse =
      (tables: Tables, name: string, day = DAY) =>
      () =>
        buildPlan(graph, lakeOf(tables), { day, only: only(name) });
    expect(refuse(builtLake({ 'silver.dim': emptyOf('silver.dim') }), 'gold.priced')).toThrow(
      expect.objectContaining({
        code: 'run/input-not-ready',
        message: expect.stringContaining('silver.dim, which is not selected and was never built'),
      }),
    );
    expect(refuse({}, 'silver.fact')).toThrow(expect.objectContaining({ message: expect.stringContaining('was never extracted') }));
    const otherwise = { fingerprint: 'old', columns: [{ name: 'id', type: { kind: 'varchar' } }] } as const;
    expect(
      refuse(builtLake({ 'silver.dim': table('silver.dim', 2, { '2024-01-16': { fingerprint: 'old' } }, otherwise) }), 'gold.priced'),
    ).toThrow(expect.objectContaining({ message: expect.stringContaining('with other columns (id, since)') }));
    const past = builtLake({ 'silver.dim': table('silver.dim', 3, { '2024-01-15': { fingerprint: 'old' }, '2024-01-16': {} }) });
    expect(refuse(past, 'silver.joined', logicalDate('2024-01-15'))).toThrow(
      expect.objectContaining({ message: expect.stringContaining('a snapshot of that day by an earlier definition') }),
    );
    expect(refuse(past, 'silver.joined')).not.toThrow();
  });

  it('makes again in full what is asked for, once, in place of what there is', () => {
    const fresh = new Set<DatasetName>(graph.datasets.filter(({ layer }) => layer !== 'gold').map(({ name }) => name));
    const made = buildPlan(graph, lakeOf(builtLake()), { day: DAY, fresh });
    const [sales, items] = made.steps;
    expect(sales).toMatchObject({
      reason: 'full refresh: all of it is read from the source again',
      commit: { baseVersion: 2, replaceAll: true },
    });
    expect(items).toMatchObject({ commit: { baseVersion: 2, replaceAll: false } });
    const fulfilled = new Set(['bronze.sales', 'bronze.items'].map(parseDatasetName));
    const behind = buildPlan(graph, lakeOf(builtLake()), { day: DAY, fresh, fulfilled });
    expect(reasons(behind)).toEqual({
      'silver.fact': 'full refresh: all of it is made again',
      'silver.latest': 'full refresh: the snapshot of the day is made again',
      'silver.dim': 'full refresh: the snapshot of the day is made again',
    });
    expect(behind.steps.map(({ commit }) => [commit.baseVersion, commit.replaceAll])).toEqual([
      [2, true],
      [2, false],
      [2, false],
    ]);
  });

  it('of what reads only columns that were kept is empty, and names the others', () => {
    const days = ['2024-01-15', '2024-01-16'];
    const rewritten = (columns: string[]) => {
      const entry = (since: number) => ({ version: 5, kept: { since, columns } });
      return table('silver.fact', 5, { [days[0] ?? '']: entry(1), [days[1] ?? '']: entry(2) }, { inputs: { 'bronze.sales': 2 } });
    };
    // The models name `id` and `sold_on`; `changed_at` is read by none.
    expect(reasons(plan(builtLake({ 'silver.fact': rewritten(['id', 'sold_on']) })))).toEqual({});
    expect(reasons(plan(builtLake({ 'silver.fact': rewritten(['sold_on', 'changed_at']) })))).toEqual({
      'silver.joined': 'stale: silver.fact moved from version 2 to 5',
      'gold.priced': 'stale: silver.fact moved from version 2 to 5 (2 days)',
    });
    const partly = table(
      'silver.fact',
      5,
      {
        '2024-01-15': { version: 5, kept: { since: 1, columns: ['sold_on'] } },
        '2024-01-16': { version: 5 },
      },
      { inputs: { 'bronze.sales': 2 } },
    );
    expect(reasons(plan(builtLake({ 'silver.fact': partly })))).toMatchObject({
      'gold.daily': 'stale: silver.fact moved from version 2 to 5 (1 day)',
    });
  });

  it('is told by the ledger: every partition that there is stands in one way', () => {
    const tables = fc.tuple(...graph.datasets.map((dataset) => anyTable(dataset)));
    fc.assert(
      fc.property(tables, fc.constantFrom('2024-01-15', '2024-01-16', '2024-01-17'), (states, on) => {
        const lake = new Map(states.map((state) => [state.dataset, state]));
        const made = buildPlan(graph, lake, { day: logicalDate(on) });
        const ledger = describeLedger(graph, lake, made);
        expect(ledger.map(({ dataset }) => dataset)).toEqual(graph.datasets.map(({ name }) => name));
        for (const { dataset, groups } of ledger) {
          const told = groups.flatMap(({ days }) => days);
          expect(new Set(told).size).toBe(told.length);
          expect(told).toEqual(expect.arrayContaining([...(lake.get(dataset)?.partitions.keys() ?? [])]));
          const hasWork = groups.some(({ state }) => state === 'missing' || state === 'stale');
          expect(hasWork).toBe(made.steps.some((step) => step.dataset === dataset));
        }
      }),
    );
  });

  it('never changes what it is made from, and is always the same', () => {
    const tables = fc.tuple(...graph.datasets.map((dataset) => anyTable(dataset)));
    fc.assert(
      fc.property(tables, fc.constantFrom('2024-01-15', '2024-01-16', '2024-01-17'), (states, on) => {
        const lake = new Map(states.map((state) => [state.dataset, state]));
        const before = structuredClone([graph, lake]);
        const made = buildPlan(graph, lake, { day: logicalDate(on) });
        expect([graph, lake]).toEqual(before);
        expect(buildPlan(graph, lake, { day: logicalDate(on) })).toEqual(made);
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      }),
    );
  });
});
