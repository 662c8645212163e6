import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRealDataFile } from '@snowmelt/example-retail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDataset, type Graph } from '../../packages/core/src/compile/graph.ts';
import { verifyGenerated } from '../../packages/core/src/verify/verify-generated.ts';
import { compileShop, falsified, openLab, type Plant } from '../../packages/core/test-support/verify-lab.ts';
import { sparkEngine } from '../../packages/local/src/spark/spark-engine.ts';
import type { SparkProcess } from '../../packages/local/src/spark/spark-process.ts';
import { openTestSpark, whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { jsonLines, snowmelt } from '../e2e/run-snowmelt.ts';
import { openRetailWorld, type RetailWorld } from './retail-world.ts';

const MINUTES = 60_000;
const missing = whyNoSpark();
if (missing !== undefined) console.warn(`\n*** Verifying against Spark is NOT tested here: ${missing}. ***\n`);

describe.skipIf(missing !== undefined)('DuckDB against Spark', () => {
  const lab = openLab();
  let spark: SparkProcess;
  let graph: Graph;
  beforeAll(async () => {
    spark = await openTestSpark();
    graph = await compileShop(lab.session);
  }, 10 * MINUTES);
  afterAll(() => {
    spark?.close();
    lab.close();
  });

  async function verify(plant?: Plant, rounds = 1) {
    const dataset = findDataset(graph, 'gold.figures');
    if (dataset === undefined) throw new Error('no gold.figures');
    const bench = lab.bench();
    const engine = sparkEngine({ spark, session: lab.session, store: lab.store });
    const engines = [bench.engines[0], plant === undefined ? engine : falsified(engine, plant)] as const;
    return await verifyGenerated(graph, dataset, { seed: 1, rounds, rows: 60, tries: 30 }, { ...bench, engines }, lab.next);
  }

  it('agrees on rows at the edges of types', { timeout: 5 * MINUTES }, async () => {
    const { evidence, findings } = await verify();
    expect(findings).toEqual([]);
    expect(evidence.rowsCompared).toBeGreaterThan(20);
  });

  it.each<[string, Plant, string, number]>([
    ['integer division that rounds down', ['ceil(CAST(quantity', 'floor(CAST(quantity'], 'half', 1],
    ['rounding half to even', ['round(price, 1)', 'bround(price, 1)'], 'rounded', 1],
    ['the order of nulls', ['quantity DESC NULLS LAST', 'quantity DESC NULLS FIRST'], 'rank', 2],
    ['a pattern that only Java reads', ["'C?[0-9]{4}'", "'(?!C)[A-Z]?[0-9]{4}'"], 'is_code', 1],
    [
      'a time zone',
      [
        'CAST(sold_at AS DATE) AS sold_on FROM',
        "CAST(from_utc_timestamp(CAST(sold_at AS TIMESTAMP), 'America/New_York') AS DATE) AS sold_on FROM",
      ],
      'sold_on',
      1,
    ],
  ])('finds %s, and shrinks it', { timeout: 5 * MINUTES }, async (_name, plant, column, most) => {
    const { findings } = await verify(plant, 4);
    const finding = findings.find(({ columns }) => columns.includes(column));
    const rows = Object.values(finding?.given ?? {}).flat();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(most);
    expect(finding?.values.length).toBeGreaterThan(0);
  });
});

const file = findRealDataFile();
const noData = missing ?? (file === undefined ? 'the Online Retail file is absent: set SNOWMELT_RETAIL_FILE to it' : undefined);
if (noData !== undefined) console.warn(`\n*** The retail example is NOT verified here: ${noData}. ***\n`);

describe.skipIf(noData !== undefined)('snowmelt verify of the retail example', () => {
  let folder = '';
  let world: RetailWorld;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-verify-retail-'));
    world = await openRetailWorld(String(file), folder);
  }, 10 * MINUTES);
  afterAll(async () => {
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });

  // All 305 days of the event tables, and the snapshots as of the last; generated rows in one round of 100 for each input.
  it('certifies every model, rule and check, on generated rows and on the real days', { timeout: 20 * MINUTES }, async () => {
    const day = world.data.tradingDays().at(-1);
    if (day === undefined) throw new Error('no trading day');
    await world.data.advanceTo(day);
    const at = ['--project', world.project, '--lake', join(folder, 'lake'), '--json'];
    expect(await snowmelt(['run', ...at, '--date', day], { env: world.env })).toMatchObject({ code: 0 });
    const out = join(folder, 'certificate.json');
    const ended = await snowmelt(['verify', ...at, '--rounds', '1', '--rows', '100', '--snapshots', '1', '--out', out], { env: world.env });
    const verdicts = jsonLines(ended.out).filter(({ code }) => code === 'verify/dataset');
    expect(verdicts.filter(({ status }) => status !== 'agrees')).toEqual([]);
    expect(ended, ended.err).toMatchObject({ code: 0 });
    const certificate = JSON.parse(await readFile(out, 'utf8'));
    expect(certificate).toMatchObject({ result: 'agree', settings: { seed: 1 } });
    const real = new Map(
      certificate.datasets.map((one: { dataset: string; real: { builds: number; rowsCompared: number } }) => [one.dataset, one.real]),
    );
    expect(real.get('silver.fact_orders')).toMatchObject({ builds: 305, rowsCompared: 536_639 });
    expect(real.get('gold.sales_summary')).toMatchObject({ builds: 305 });
    expect(await snowmelt(['verify', '--check', ...at], { env: world.env })).toMatchObject({ code: 0 });
  });
});
