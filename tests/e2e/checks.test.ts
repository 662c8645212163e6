import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from './compare-lakes.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const FILES = fileURLToPath(new URL('../../examples/files', import.meta.url));
let folder = '';
let config = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-checks-'));
  await cp(FILES, folder, { recursive: true, filter: (path) => !/[/\\](node_modules|lake|\.snowmelt)$/.test(path) });
  config = await readFile(join(folder, 'snowmelt.config.ts'), 'utf8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const DAILY = "key: ['sale_date'],";
/** Declares checks of `silver.fact_orders` and more of `gold.daily_sales`. */
const declare = (checks: string, daily = '') =>
  writeFile(
    join(folder, 'snowmelt.config.ts'),
    config
      .replace('quarantine: { maxPercent: 10 },', `quarantine: { maxPercent: 10 }, checks: [${checks}],`)
      .replace(DAILY, `${DAILY} ${daily}`),
  );
const command = (...argv: string[]) => snowmelt([...argv, '--project', folder]);
const query = async (sql: string) => {
  const ended = await command('query', sql, '--json');
  expect(ended).toMatchObject({ code: 0, err: '' });
  return jsonLines(ended.out);
};
const RESULTS = `select outcome, is_blocked, version, count(*) as n, count(distinct attempt) as attempts, count(partition) as days from quality.check_results
  where dataset = 'silver.fact_orders' and check_name = 'range(amount)' group by all order by max(evaluated_at)`;

describe('what checks said', () => {
  it('is nothing before the first run', async () => {
    await declare('');
    expect(await command('checks')).toMatchObject({ code: 0, out: 'No check has been run yet.\n' });
    expect(await query('select * from quality.check_results')).toEqual([]);
  });

  it('is kept of every attempt, published or not, for each partition', async () => {
    await declare(
      "{ kind: 'range', column: 'amount', max: 1 }, { kind: 'relationship', column: 'customer_id', to: 'silver.dim_customers', severity: 'warn' }",
    );
    const failed = await command('run', '--date', '2024-05-03');
    expect(failed).toMatchObject({
      code: 1,
      err: expect.stringMatching(/silver\.fact_orders was not published: a check failed \(range\(amount\): \d+ on 2024-04-30/),
    });
    expect(await listFiles(join(folder, 'lake', 'silver', 'year=2024', 'month=05', 'day=01', 'fact_orders'))).toEqual([]);
    await declare(
      "{ kind: 'range', column: 'amount', max: 1000 }, { kind: 'relationship', column: 'customer_id', to: 'silver.dim_customers', severity: 'warn' }",
    );
    expect(await command('run', '--date', '2024-05-03')).toMatchObject({ code: 0 });
    expect(await query(RESULTS)).toEqual([
      { outcome: 'failed', is_blocked: true, version: 1, n: 4, attempts: 1, days: 4 },
      { outcome: 'passed', is_blocked: false, version: 1, n: 4, attempts: 1, days: 4 },
    ]);
    const orphans =
      'select count(*) as n from silver.fact_orders f anti join silver.dim_customers using (customer_id) where f.customer_id is not null';
    const [{ n } = {}] = await query(orphans);
    expect(
      await query(
        "select sum(violations)::int as n from quality.check_results where kind = 'relationship' and outcome = 'warned' and not is_blocked",
      ),
    ).toEqual([{ n }]);
    const shown = await command('checks', 'silver.fact_orders');
    expect(shown.out).toMatch(/range\(amount\) +error +passed +4/);
    expect(shown.out).toMatch(/relationship\(customer_id, silver\.dim_customers\) +warn +warned +4 +\d+ +2024-05-0\d: \d+ of \d+ rows/);
  });
});

describe('a model whose checks set rows aside', () => {
  it('publishes the others, with the reason of each, within its budget', async () => {
    const checks = "checks: [{ kind: 'sql', name: 'small', condition: 'orders < 58', severity: 'quarantine' }],";
    const days = await query('select sale_date, orders from gold.daily_sales order by 1');
    const large = days.filter(({ orders }) => Number(orders) >= 58);
    expect(large.length).toBeGreaterThan(0);
    await declare('', `${checks} quarantine: { maxPercent: 1 },`);
    expect(await command('run', '--date', '2024-05-03')).toMatchObject({
      code: 1,
      err: expect.stringContaining('quality/quarantine-budget'),
    });
    expect(await query('select sale_date, orders from gold.daily_sales order by 1')).toEqual(days);
    const [blocked] = await query(
      "select outcome, is_blocked from quality.check_results where kind = 'budget' and dataset = 'gold.daily_sales' and outcome <> 'passed'",
    );
    expect(blocked).toEqual({ outcome: 'failed', is_blocked: true });
    await declare('', `${checks} quarantine: { maxPercent: 100 },`);
    expect(await command('run', '--date', '2024-05-03')).toMatchObject({ code: 0 });
    const kept = days.filter((day) => !large.includes(day));
    expect(await query('select sale_date, orders from gold.daily_sales order by 1')).toEqual(kept);
    expect(await query('select sale_date, orders, _reasons as why from gold.daily_sales__quarantine order by 1')).toEqual(
      large.map((day) => ({ ...day, why: 'check sql(small)' })),
    );
  });
});

describe('checks backtest', () => {
  const figures = "{ kind: 'rowCount', change: { maxPercent: 50 } }, { kind: 'anomaly', metric: 'mean', column: 'amount', minHistory: 3 }";

  it('tries checks that were never run, and changes nothing', async () => {
    await declare(figures);
    const before = await listFiles(join(folder, 'lake'));
    const ended = await command('checks', 'backtest', 'silver.fact_orders', '--json');
    expect(jsonLines(ended.out)).toMatchObject([
      { check: 'rowCount', partitions: 4, fired: [{ day: '2024-05-01' }] },
      { check: 'anomaly(mean, amount)', partitions: 4 },
    ]);
    const loose = await command('checks', 'backtest', '--sensitivity', '1000000');
    expect(loose.out).toContain('anomaly(mean, amount) (warn): would have fired 0 times in 4 partitions');
    expect(await listFiles(join(folder, 'lake'))).toEqual(before);
  });

  it('reads no data file for what the log knows', async () => {
    await declare("{ kind: 'rowCount', min: 50 }, { kind: 'anomaly', metric: 'nullRate', column: 'customer_id' }");
    await rename(join(folder, 'lake', 'silver'), join(folder, 'lake', 'away'));
    const ended = await command('checks', 'backtest', 'silver.fact_orders');
    expect(ended).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /rowCount \(error\): would have fired 1 time in 4 partitions\n {2}2024-04-30 {2}2 rows, expected at least 50/,
      ),
    });
    await rename(join(folder, 'lake', 'away'), join(folder, 'lake', 'silver'));
  });

  it.each([
    [['checks', 'silver.fact_orders', 'x'], 'cli/usage'],
    [['checks', '--sensitivity', '3'], 'cli/usage'],
    [['checks', 'backtest', '--sensitivity', 'many'], 'cli/usage'],
    [['checks', 'silver.fact_order'], 'lake/unknown-dataset'],
  ])('%j is not possible', async (argv, code) => {
    expect(await command(...argv)).toMatchObject({ code: 2, err: expect.stringContaining(`error[${code}]`) });
  });
});
