import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildReference, findRealDataFile, openDuckdbDatabase, openRealData } from '@snowmelt/example-retail';
import { main } from 'snowmelt';
import { type Benchmark, median } from './figures.ts';
import { startStandIn } from './stand-in.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 3;
const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

/**
 * The 305 days of real data: 305 daily runs, and one full load, against a hand-written DuckDB script with the same outputs:
 * the same tables, left as Parquet files by day.
 */
export const retail: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const file = findRealDataFile();
    if (file === undefined) throw new Error('The Online Retail file is absent: set SNOWMELT_RETAIL_FILE to it.');
    const { server, environment } = await startStandIn();
    Object.assign(process.env, environment);
    try {
      const data = await openRealData(server.database, file);
      const days = data.tradingDays();
      const daily: number[] = [];
      log(`${days.length} daily runs, then ${ROUNDS} interleaved rounds of full load and script`);
      for (const day of days) {
        await data.advanceTo(day);
        daily.push((await run(join(folder, 'daily'), day)).totalMs);
      }
      const last = days.at(-1) ?? '';
      const script: ScriptTimes[] = [];
      const full: RunTimes[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        script.push(await timeScript(join(folder, `script-${round}`), file, last));
        full.push(await run(join(folder, `full-${round}`), last));
      }
      const [tablesMs, scriptMs, buildMs, fullMs] = [
        median(script.map((times) => times.tablesMs)),
        median(script.map((times) => times.totalMs)),
        median(full.map((times) => times.buildMs)),
        median(full.map((times) => times.totalMs)),
      ];
      const dailyMs = daily.reduce((sum, ms) => sum + ms, 0);
      return [
        { name: 'hand-written script, tables in memory', value: tablesMs, unit: 'ms' },
        { name: 'hand-written script, with its files', value: scriptMs, unit: 'ms' },
        { name: 'one full load, silver and gold steps', value: buildMs, unit: 'ms' },
        { name: 'one full load, with extraction', value: fullMs, unit: 'ms' },
        { name: 'full load (steps) / script', value: buildMs / scriptMs, unit: 'x', limit: { kind: 'at most', value: 1.15 } },
        { name: '305 daily runs', value: dailyMs / 1000, unit: 's', limit: { kind: 'at most', value: 600 } },
        { name: 'one daily run, median', value: median(daily), unit: 'ms' },
        { name: 'daily run of the last 10 days, median', value: median(daily.slice(-10)), unit: 'ms' },
        { name: 'daily run of the last day', value: daily.at(-1) ?? 0, unit: 'ms', limit: { kind: 'at most', value: 500 } },
        { name: '305 daily runs / script', value: dailyMs / scriptMs, unit: 'x' },
      ];
    } finally {
      await server.close();
    }
  });

interface RunTimes {
  readonly totalMs: number;
  /** From the first build's start to the last one's end. */
  readonly buildMs: number;
}

async function run(lake: string, day: string): Promise<RunTimes> {
  let builds: { first: number; last: number } | undefined;
  const startedAt = performance.now();
  let out = '';
  const exitCode = await main(['run', '--project', RETAIL, '--lake', lake, '--date', day, '--json'], {
    out: (text) => {
      const now = performance.now();
      if (/"kind":"build"/.test(text)) builds = { first: builds?.first ?? now, last: now };
      out += text;
    },
    err: (text) => {
      out += text;
    },
    isInteractive: false,
    hasColor: false,
    columns: 100,
    cwd: process.cwd(),
    onInterrupt: () => () => undefined,
  });
  if (exitCode !== 0) throw new Error(out);
  return { totalMs: performance.now() - startedAt, buildMs: builds === undefined ? 0 : builds.last - builds.first };
}

interface ScriptTimes {
  readonly totalMs: number;
  /** Until the tables are there, in memory. */
  readonly tablesMs: number;
}

async function timeScript(folder: string, file: string, logicalDate: string): Promise<ScriptTimes> {
  await mkdir(folder);
  const database = await openDuckdbDatabase();
  try {
    const startedAt = performance.now();
    await buildReference(database, { file, logicalDate });
    const tablesMs = performance.now() - startedAt;
    for (const copy of copies(folder)) await database.run(copy);
    return { totalMs: performance.now() - startedAt, tablesMs };
  } finally {
    database.close();
  }
}

// As somebody who knows DuckDB would write the tables: sorted, compressed, by day where the pipeline does so.
function copies(folder: string): string[] {
  const options = 'FORMAT parquet, COMPRESSION zstd';
  const byDay = (table: string, day: string, key: string) => `
    COPY (SELECT *, strftime(${day}, '%Y') AS year, strftime(${day}, '%m') AS month, strftime(${day}, '%d') AS day FROM ${table} ORDER BY ${day}::DATE, ${key})
    TO '${join(folder, table)}' (${options}, PARTITION_BY (year, month, day))`;
  const whole = (table: string) => `COPY (SELECT * FROM ${table} ORDER BY 1) TO '${join(folder, `${table}.parquet`)}' (${options})`;
  return [
    byDay('silver.fact_orders', 'invoiced_at', 'invoice_no, line_no'),
    byDay('gold.sales_summary', 'sale_date', 'country'),
    ...['silver.dim_customers', 'silver.dim_products', 'gold.customer_analytics', 'gold.ml_features'].map(whole),
  ];
}
