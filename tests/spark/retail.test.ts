import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRealDataFile } from '@snowmelt/example-retail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { differences } from '../e2e/compare-lakes.ts';
import { jsonLines, snowmelt } from '../e2e/run-snowmelt.ts';
import { openRetailWorld, type RetailWorld } from './retail-world.ts';

const MINUTES = 60_000;
// For CI's time the first 60 of the 305 trading days: 59 in one load, the last as a daily run.
const DAYS = 60;
const DAILY = 1;
const ENGINES = ['duckdb', 'spark'] as const;

const file = findRealDataFile();
const missing = whyNoSpark() ?? (file === undefined ? 'the Online Retail file is absent: set SNOWMELT_RETAIL_FILE to it' : undefined);
if (missing !== undefined) console.warn(`\n*** The retail pipeline is NOT run on Spark here: ${missing}. ***\n`);

describe.skipIf(missing !== undefined)('the retail example on Spark', () => {
  let folder = '';
  let world: RetailWorld;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-retail-spark-'));
    world = await openRetailWorld(String(file), folder);
  }, 10 * MINUTES);
  afterAll(async () => {
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });
  const lakeOf = (engine: (typeof ENGINES)[number]): string => join(folder, engine);
  const run = async (engine: (typeof ENGINES)[number], date: string) => {
    const ended = await snowmelt(
      ['run', '--project', world.project, '--lake', lakeOf(engine), '--date', date, '--engine', engine, '--json'],
      {
        env: world.env,
      },
    );
    expect(ended, `${ended.err}${ended.out.slice(-3000)}`).toMatchObject({ code: 0 });
    return jsonLines(ended.out);
  };
  const query = async (engine: (typeof ENGINES)[number], sql: string) =>
    jsonLines((await snowmelt(['query', sql, '--project', world.project, '--lake', lakeOf(engine), '--json', '--limit', '0'])).out);

  it('becomes the lake that DuckDB makes, cell by cell, with the same refused rows and check results', {
    timeout: 20 * MINUTES,
  }, async () => {
    const days = world.data.tradingDays().slice(0, DAYS);
    expect(days).toHaveLength(DAYS);
    for (const day of days.slice(-DAILY - 1)) {
      await world.data.advanceTo(day);
      for (const engine of ENGINES) {
        const said = await run(engine, day);
        const builds = said.filter((line) => line['code'] === 'step/finished' && JSON.stringify(line).includes('"kind":"build"'));
        expect(builds.length).toBeGreaterThan(0);
        // Every build was Spark's, and no other.
        for (const line of builds) expect(JSON.stringify(line).includes('"engine":{"engine":"spark"')).toBe(engine === 'spark');
      }
    }
    expect(await differences(await world.readGraph(), lakeOf('duckdb'), lakeOf('spark'))).toEqual({});
    const results = `select dataset, partition, check_name, kind, severity, outcome, violations, row_count, measured, detail, logical_date, is_blocked from quality.check_results order by all`;
    const expected = await query('duckdb', results);
    expect(expected.length).toBeGreaterThan(0);
    expect(await query('spark', results)).toEqual(expected);
  });
});
