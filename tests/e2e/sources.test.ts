import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from './compare-lakes.ts';
import { type Ended, jsonLines, runNode, snowmelt } from './run-snowmelt.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** A copy of an example, so that its own folder stays as it is committed. */
interface Example {
  readonly folder: string;
  run(...argv: string[]): Promise<Ended>;
  /** The rows of every step of a run, by dataset. */
  rows(date: string): Promise<Readonly<Record<string, number>>>;
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
}

async function copyExample(name: string): Promise<Example> {
  const folder = await mkdtemp(join(tmpdir(), `snowmelt-${name}-`));
  await cp(join(EXAMPLES, name), folder, { recursive: true, filter: (path) => !/[/\\](node_modules|lake|\.snowmelt)$/.test(path) });
  const run = (...argv: string[]) => snowmelt([...argv, '--project', folder]);
  return {
    folder,
    run,
    rows: async (date) => {
      const ended = await run('run', '--date', date, '--json');
      expect(ended).toMatchObject({ code: 0, err: '' });
      const outcomes = jsonLines(ended.out).flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome as Record<string, unknown>]));
      return Object.fromEntries(outcomes.map(({ dataset, rowsWritten }) => [String(dataset), Number(rowsWritten)]));
    },
    query: async (sql) => {
      const ended = await run('query', sql, '--json');
      expect(ended).toMatchObject({ code: 0, err: '' });
      return jsonLines(ended.out);
    },
  };
}

describe('the example over files', () => {
  let example: Example;
  const orders = () => join(example.folder, 'data', 'orders');
  beforeAll(async () => {
    example = await copyExample('files');
  });
  afterAll(() => rm(example.folder, { recursive: true, force: true }));

  it('is checked and planned before anything is read', async () => {
    expect(await example.run('check')).toMatchObject({ code: 0, out: expect.stringContaining('No errors') });
    expect(await example.run('doctor')).toMatchObject({ code: 0, out: expect.stringMatching(/✓ source .+data: 5 files/) });
    const plan = await example.run('plan', '--date', '2024-05-03');
    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(plan.out).toContain('orders/*.parquet where loaded_at in [the beginning, 2024-05-04 00:00:00), read by DuckDB');
  });

  it('runs to gold, and has then nothing to do', async () => {
    expect(await example.rows('2024-05-03')).toEqual({
      'bronze.customers': 7,
      'bronze.products': 6,
      'bronze.orders': 180,
      'silver.dim_customers': 5,
      'silver.dim_products': 6,
      'silver.fact_orders': 177,
      'gold.daily_sales': 4,
      'gold.sales_by_country': 5,
    });
    const before = await listFiles(join(example.folder, 'lake', 'bronze'));
    expect(await example.run('run', '--date', '2024-05-03')).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to do') });
    expect(await listFiles(join(example.folder, 'lake', 'bronze'))).toEqual(before);
    expect(await example.query('select sum(sales) as sales from gold.daily_sales')).toEqual(
      await example.query('select sum(sales) as sales from gold.sales_by_country'),
    );
  });

  it('brings what came with a new file, and nothing twice', async () => {
    expect(await runNode([join(EXAMPLES, 'files', 'add-day.mjs'), '2024-05-04', orders()])).toMatchObject({ code: 0, err: '' });
    const rows = await example.rows('2024-05-04');
    expect(rows).toMatchObject({ 'bronze.customers': 7, 'bronze.orders': 60 });
    const counts = 'select count(*) as n, count(distinct order_id) as orders, count(distinct loaded_at) as days from bronze.orders';
    expect(await example.query(counts)).toEqual([{ n: 240, orders: 240, days: 4 }]);
    expect(await example.query("select orders from gold.daily_sales where sale_date = '2024-05-03'")).toEqual([{ orders: 59 }]);
  });

  it('stops at a value that does not fit, without showing it, and goes on when it is mended', async () => {
    const path = join(example.folder, 'data', 'customers.csv');
    const customers = await readFile(path, 'utf8');
    await writeFile(path, `${customers}1008;Zwölf;AT;12,5;2024-01-01\n`);
    const failed = await example.run('run', '--date', '2024-05-05');
    expect(failed).toMatchObject({
      code: 1,
      err: expect.stringContaining('error[source/value-does-not-fit]: 1 value(s) of column `discount`'),
    });
    expect(failed.err).not.toContain('12,5');
    await writeFile(path, customers);
    expect(await example.rows('2024-05-05')).toMatchObject({ 'bronze.customers': 7 });
  });
});

describe('the example over a DuckDB database', () => {
  let example: Example;
  const build = (day: string) => runNode([join(EXAMPLES, 'duckdb', 'build-database.mjs'), day, join(example.folder, 'helpdesk.duckdb')]);
  beforeAll(async () => {
    example = await copyExample('duckdb');
  });
  afterAll(() => rm(example.folder, { recursive: true, force: true }));

  it('is checked and planned without the database, and says that it is missing', async () => {
    expect(await example.run('check')).toMatchObject({ code: 0, err: '' });
    expect(await example.run('plan', '--date', '2024-05-03')).toMatchObject({ code: 0, err: '' });
    expect(await example.run('run', '--date', '2024-05-03')).toMatchObject({ err: expect.stringContaining('error[source/not-found]') });
  });

  it('runs to gold, and has then nothing to do', async () => {
    expect(await build('2024-05-03')).toMatchObject({ code: 0, err: '' });
    expect(await example.run('doctor')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/✓ source .+schema desk, 3 tables and views/),
    });
    expect(await example.rows('2024-05-03')).toMatchObject({ 'bronze.agents': 8, 'bronze.tickets': 82, 'silver.tickets': 82 });
    expect(await example.run('run', '--date', '2024-05-03')).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to do') });
    expect(await example.query('select sum(tickets)::int as tickets from gold.team_backlog')).toEqual([{ tickets: 82 }]);
  });

  it('brings what changed by the next date', async () => {
    await build('2024-05-04');
    const rows = await example.rows('2024-05-04');
    expect(rows['silver.tickets']).toBe(113);
    const changed = "select count(*) as n from bronze.tickets where changed_at >= '2024-05-04'";
    expect(await example.query(changed)).toEqual([{ n: rows['bronze.tickets'] }]);
    expect(await example.query('select count(*) as n from gold.team_backlog where still_open > tickets')).toEqual([{ n: 0 }]);
  });
});
