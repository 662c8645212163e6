import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Graph } from '@snowmelt/core/pipeline';
import { findRealDataFile } from '@snowmelt/example-retail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRetailAccount, renderRetailQuality } from '../../scripts/retail-quality.mjs';
import { differences } from './compare-lakes.ts';
import { jsonLines, runNode, snowmelt } from './run-snowmelt.ts';

const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));
const DEMO = join(RETAIL, 'dist', 'demo.js');
// On CI all 305 trading days run; elsewhere a month will do.
const isAllDays = process.env['CI'] !== undefined;
const days = isAllDays ? ['--all'] : ['--days', '15'];
const MINUTES = 60_000;
const PAGE = fileURLToPath(new URL('../../docs/retail-quality.md', import.meta.url));

const file = findRealDataFile();
if (file === undefined)
  console.warn('SKIPPED: the Online Retail file is absent, so the pipeline is not tested on real data. Set SNOWMELT_RETAIL_FILE to it.');

async function readGraph(): Promise<Graph> {
  const cache = join(RETAIL, '.snowmelt', 'cache');
  const graphs = await Promise.all(
    (await readdir(cache)).filter((name) => name.startsWith('graph-')).map((name) => readFile(join(cache, name), 'utf8')),
  );
  const [newest] = graphs;
  if (newest === undefined) throw new Error('the example was not compiled');
  return (JSON.parse(newest) as { graph: Graph }).graph;
}

async function query(lake: string, sql: string): Promise<Record<string, unknown> | undefined> {
  const result = await snowmelt(['query', sql, '--project', RETAIL, '--lake', lake, '--json']);
  if (result.code !== 0) throw new Error(result.err);
  return jsonLines(result.out)[0];
}

it('docs/retail-quality.md accounts for every row of the real data, and lists every refused one', async () => {
  const page = await readFile(PAGE, 'utf8');
  const figure = (name: string) => Number(new RegExp(`^\\| \\**${name}[^|]*\\| \\**([\\d,]+)`, 'm').exec(page)?.[1]?.replaceAll(',', ''));
  expect(figure('the source')).toBe(541_909);
  expect(figure('kept') + figure('refused') + figure('duplicates')).toBe(figure('the source'));
  expect(page.match(/^\| \d{4}-\d\d-\d\d \|/gm)).toHaveLength(figure('refused'));
});

describe('the retail example', () => {
  let folder = '';
  beforeAll(async () => {
    await access(DEMO);
    await rm(join(RETAIL, '.snowmelt', 'cache'), { recursive: true, force: true });
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-retail-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes a simulated shop to gold day by day, and ends as one full load does', { timeout: 5 * MINUTES }, async () => {
    const daily = await runNode([DEMO, '--days', '20', '--folder', join(folder, 'shop')]);
    expect(daily.err).not.toContain('failed');
    expect(daily).toMatchObject({ code: 0 });
    expect(daily.out).toContain('20 of 20 days of a simulated shop taken');
    expect(daily.out).toContain('refused');
    const atOnce = await runNode([DEMO, '--days', '20', '--at-once', '--folder', join(folder, 'shop-at-once')]);
    expect(atOnce).toMatchObject({ code: 0 });
    expect(
      await differences(await readGraph(), join(folder, 'shop', 'lake'), join(folder, 'shop-at-once', 'lake'), ['silver', 'gold']),
    ).toEqual({});
    const again = await runNode([DEMO, '--days', '20', '--folder', join(folder, 'shop')]);
    expect(again.out).toContain('Nothing to do: all 20 days');
  });

  it.skipIf(file === undefined)(
    `takes the real data to gold in daily runs${isAllDays ? ', all 305 days' : ''}, and ends as one full load does`,
    { timeout: 25 * MINUTES },
    async () => {
      const daily = await runNode([DEMO, '--data', String(file), ...days, '--folder', join(folder, 'real')]);
      expect(daily).toMatchObject({ code: 0 });
      const atOnce = await runNode([DEMO, '--data', String(file), ...days, '--at-once', '--folder', join(folder, 'real-at-once')]);
      expect(atOnce).toMatchObject({ code: 0 });
      const lake = join(folder, 'real', 'lake');
      expect(await differences(await readGraph(), lake, join(folder, 'real-at-once', 'lake'), ['silver', 'gold'])).toEqual({});
      const account = await query(
        lake,
        `
      SELECT (SELECT count(*) FROM bronze.orders) AS bronze_rows,
             (SELECT count(DISTINCT invoice_no) FROM bronze.orders) AS invoices,
             (SELECT sum(quantity * unit_price)::DECIMAL(18,3)::VARCHAR FROM bronze.orders) AS amount,
             (SELECT count(*) FROM silver.fact_orders) AS kept,
             (SELECT count(*) FROM silver.fact_orders__quarantine) AS refused`,
      );
      const shown = await snowmelt(['show', 'silver.fact_orders', '--project', RETAIL, '--lake', lake, '--json']);
      const partitions = Object.values(
        (jsonLines(shown.out)[0]?.['partitions'] ?? {}) as Record<string, { rows: number; rowsRead: number; refused: { rows: number } }>,
      );
      const sum = (pick: (entry: (typeof partitions)[number]) => number) => partitions.reduce((total, entry) => total + pick(entry), 0);
      const copies = sum((entry) => entry.rowsRead - entry.rows - entry.refused.rows);
      expect(Number(account?.['kept']) + Number(account?.['refused']) + copies).toBe(Number(account?.['bronze_rows']));
      expect([sum(({ rows }) => rows), sum(({ refused }) => refused.rows)]).toEqual([
        Number(account?.['kept']),
        Number(account?.['refused']),
      ]);
      if (!isAllDays) return;
      expect(account).toMatchObject({ bronze_rows: 541_909, invoices: 25_900, amount: '9747747.934', kept: 536_639, refused: 2 });
      expect(copies).toBe(5_268);
      const read = async (argv: string[]) => jsonLines((await snowmelt([...argv, '--json', '--project', RETAIL, '--lake', lake])).out);
      expect(await readFile(PAGE, 'utf8')).toBe(renderRetailQuality(await readRetailAccount(async (argv) => [...(await read(argv))])));
    },
  );
});
