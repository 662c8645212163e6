import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines } from './run-snowmelt.ts';
import { openShop, type Shop } from './shop.ts';

const CONFIG = 'snowmelt.config.ts';
const DAY = ['--date', '2026-01-03'];
const EVERYTHING_BUT_BRONZE = ['gold.daily_sales', 'gold.notes', 'silver.fact_orders', 'silver.latest'];
const sorted = (names: readonly string[]) => [...names].sort();

describe('the ledger', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    await shop.say('run', '--date', '2026-01-02');
  });
  afterAll(() => shop.close());

  it('says of every partition how it stands, for people and for programs', async () => {
    expect(await shop.say('plan', '--date', '2026-01-02')).toMatch(
      /gold.daily_sales +current at version 1: 2 days \(2026-01-01 to 2026-01-02\)/,
    );
    const plan = await shop.say('plan', ...DAY);
    expect(plan).toMatch(
      /bronze.orders +missing: extracted up to 2026-01-03, 2026-01-03 not yet\n +current at version 1: 1 day \(2026-01-02\)/,
    );
    expect(plan).toMatch(/gold.daily_sales +waits: 2 days \(2026-01-01 to 2026-01-02\), as far as silver.fact_orders brings something new/);
    const [made] = jsonLines(await shop.say('plan', ...DAY, '--json'));
    expect(made?.['ledger']).toContainEqual({
      dataset: 'bronze.orders',
      version: 1,
      groups: [
        { state: 'missing', why: expect.stringContaining('not yet'), days: ['2026-01-03'] },
        { state: 'current', why: expect.any(String), days: ['2026-01-02'] },
      ],
    });
    await shop.say('run', ...DAY, '--select', 'bronze.* silver.*');
    const stale = await shop.say('plan', ...DAY);
    expect(stale).toMatch(/build +gold.daily_sales +missing: days without a partition \(1 day\)/);
    expect(stale).toMatch(/gold.notes +missing: no partition for 2026-01-03; the snapshot of another day kept/);
    await shop.say('run', ...DAY);
    expect(await shop.say('run', ...DAY)).toContain('Nothing to do');
  });

  it('names the input that moved, and from which version to which', async () => {
    await shop.edit('data/orders.csv', /$/, '5,bob,5.00,,2026-01-01 23:00:00,2026-01-04 01:00:00\n');
    await shop.say('run', '--date', '2026-01-04', '--select', '+silver.fact_orders');
    expect(await shop.say('plan', '--date', '2026-01-04')).toMatch(
      /gold.daily_sales +stale: silver.fact_orders moved from version \d to 3 \(1 day\)/,
    );
    await shop.say('run', '--date', '2026-01-04');
    await shop.edit('data/orders.csv', /5,bob.*\n/, '');
  });
});

describe('a change of a definition', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    await shop.say('run', ...DAY);
  });
  afterAll(() => shop.close());
  const files = async () =>
    (await readdir(join(shop.folder, 'lake'), { recursive: true })).filter((file) => file.endsWith('.parquet')).sort();

  it('of comments, layout, descriptions and order rebuilds nothing', async () => {
    const before = await files();
    await shop.edit('models/daily_sales.sql', 'select', '-- what was sold\nSELECT\n ');
    await shop.edit('models/notes.sql', 'where', '/* those that say something */\n   where');
    await shop.edit(CONFIG, "name: 'shop'", "// the shop\n  name: 'shop'");
    await shop.edit(CONFIG, "from: 'bronze.orders',", "from: 'bronze.orders', description: 'one row an order',");
    await shop.edit(CONFIG, /( {4}daily_sales: .*\n)( {4}notes: .*\n)/, '$2$1');
    expect(await shop.say('plan', ...DAY)).toContain('Nothing to do');
    expect(await shop.say('run', ...DAY)).toContain('Nothing to do');
    expect(await files()).toEqual(before);
  });

  it('of one column rebuilds what reads that column, and nothing else', async () => {
    await shop.edit(CONFIG, "note: { type: 'VARCHAR' }", "note: { type: 'VARCHAR', map: { first: null } }");
    expect(await shop.say('plan', ...DAY)).toMatch(/build +silver.fact_orders +stale: its definition changed: column note\n/);
    expect(await shop.say('plan', ...DAY, '--select', 'state:modified')).toContain('Selected: silver.fact_orders.');
    expect(await shop.made('run', ...DAY)).toEqual(['silver.fact_orders', 'gold.notes']);
    expect(await shop.rows('select n from gold.notes')).toEqual([{ n: 1 }]);
    expect(await shop.say('run', ...DAY)).toContain('Nothing to do');
  });

  it('that refuses rows reaches everything behind it', async () => {
    await shop.edit(CONFIG, "note: { type: 'VARCHAR', map: { first: null } }", "note: { type: 'VARCHAR', accepted: ['first', ''] }");
    expect(sorted(await shop.made('run', ...DAY))).toEqual(EVERYTHING_BUT_BRONZE);
    expect(await shop.rows('select sum(sales) as s from gold.daily_sales')).toEqual([{ s: '70.75' }]);
  });

  it('of a model rebuilds the model', async () => {
    await shop.edit('models/notes.sql', 'count(*)', 'count(*) + 1');
    expect(await shop.say('plan', ...DAY)).toMatch(/gold.notes +stale: its definition changed: its SQL/);
    expect(await shop.made('run', ...DAY)).toEqual(['gold.notes']);
  });
});

describe('a selection', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  it('is refused if it names nothing, or leaves out what it needs', async () => {
    expect(await shop.fail('plan', '--select', 'gold.dayly_sales')).toMatch(/lake\/unknown-dataset.*\n.*Did you mean `gold.daily_sales`/);
    expect(await shop.fail('run', ...DAY, '-s', '@@x')).toContain('run/invalid-selection');
    expect(await shop.fail('run', ...DAY, '--select', 'gold.*')).toMatch(
      /run\/input-not-ready.*gold.daily_sales reads silver.fact_orders, which is not selected and was never built.*\n(.*\n)?.*--select \+daily_sales/,
    );
    expect(await readdir(shop.folder)).not.toContain('lake');
  });

  it('is what a run makes, and no more', async () => {
    expect(await shop.made('run', ...DAY, '--select', '+daily_sales')).toEqual(['bronze.orders', 'silver.fact_orders', 'gold.daily_sales']);
    expect(await shop.made('run', ...DAY, '--select', 'state:new', '--exclude', 'gold.*')).toEqual(['silver.latest']);
    expect(await shop.made('run', ...DAY)).toEqual(['gold.notes']);
    await shop.edit(CONFIG, 'amount: { type', "total: { from: 'amount', type");
    await shop.edit('models/daily_sales.sql', 'sum(amount)', 'sum(total)');
    expect(await shop.fail('run', ...DAY, '--select', 'daily_sales')).toMatch(/silver.fact_orders.*was built with other columns \(total\)/);
    expect(
      await shop.made('backfill', '--from', '2026-01-02', '--to', '2026-01-03', '--select', 'fact_orders', '--select', 'daily_sales'),
    ).toEqual(['silver.fact_orders', 'gold.daily_sales']);
    expect(await shop.say('check', '--source', '--select', 'gold.*')).toContain('No errors');
  });
});

describe('a full refresh', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    await shop.say('run', ...DAY);
  });
  afterAll(() => shop.close());

  it('makes silver and gold again, says so, and leaves bronze as it is', async () => {
    await shop.edit('data/orders.csv', '1,ann,10.50', '1,ann,11.00');
    expect(await shop.say('plan', ...DAY, '--full-refresh')).toMatch(/Bronze stays as it was extracted/);
    expect(sorted(await shop.made('run', ...DAY, '--full-refresh'))).toEqual(EVERYTHING_BUT_BRONZE);
    expect(await shop.rows('select sum(sales) as s from gold.daily_sales')).toEqual([{ s: '100.75' }]);
    expect(await shop.say('run', ...DAY)).toContain('Nothing to do');
  });

  it('reads the source again only where bronze is selected, and everything behind follows', async () => {
    expect(await shop.say('run', ...DAY, '--full-refresh', '--select', '+fact_orders')).toMatch(
      /Full refresh: bronze.orders is read from the source again.\nFull refresh: silver.fact_orders is made again./,
    );
    await shop.say('run', ...DAY);
    expect(await shop.rows('select sum(sales) as s from gold.daily_sales')).toEqual([{ s: '101.25' }]);
    const [shown] = jsonLines(await shop.say('show', 'bronze.orders', '--json'));
    const partitions = shown?.['partitions'] as Record<string, { rows: number }>;
    expect(Object.values(partitions).reduce((sum, { rows }) => sum + rows, 0)).toBe(4);
  });
});

describe('retry', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  it('has nothing to do where nothing failed', async () => {
    expect(await shop.say('retry')).toContain('Nothing to retry: there is no run yet.');
    await shop.say('run', '--date', '2026-01-02', '--select', 'bronze.*');
    expect(await shop.say('retry')).toMatch(/Nothing to retry: run \w+ of 2026-01-02 is done/);
    expect(await shop.fail('retry', 'zzzz')).toContain('run/not-found');
  });

  it('continues the run that failed, for its date and its selection, and the rest of its range', async () => {
    await shop.edit('models/latest.sql', 'max(loaded_at)', "max(loaded_at) + cast(max(customer) as int) * interval '1 day'");
    await shop.fail(
      'backfill',
      '--from',
      '2026-01-02',
      '--to',
      '2026-01-03',
      '--full-refresh',
      '--select',
      '+latest',
      '--exclude',
      'gold.*',
    );
    await shop.edit('models/latest.sql', / \+ cast.*day'/, '');
    const before = jsonLines(await shop.say('show', 'silver.fact_orders', '--json'))[0]?.['version'];
    const told = await shop.say('retry');
    expect(told).toMatch(
      /Continues run \w+ of 2026-01-02, which failed, and goes on to 2026-01-03.\nSelected: bronze.orders, silver.fact_orders, silver.latest./,
    );
    expect(await shop.rows('select count(*) as n from silver.latest')).toEqual([{ n: 3 }]);
    const [fact] = jsonLines(await shop.say('show', 'silver.fact_orders', '--json'));
    // The date that failed had it; only the next one brought rows.
    expect(fact?.['version']).toBe(Number(before) + 1);
    expect(await shop.rows('select count(*) as n from gold.daily_sales')).toEqual([{ n: 0 }]);
    expect(await shop.say('retry')).toMatch(/Nothing to retry: run \w+ of 2026-01-03 is done/);
  });
});
