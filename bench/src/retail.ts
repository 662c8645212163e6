import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildReference, findRealDataFile, openDuckdbDatabase, openRealData } from '@snowmelt/example-retail';
import { main } from 'snowmelt';
import { type Benchmark, median } from './figures.ts';
import { startStandIn } from './stand-in.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 3;
const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

/** The 305 days of real data: 305 daily runs, and one full load, against a hand-written DuckDB script with the same tables. */
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
      const script: number[] = [];
      const full: RunTimes[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        script.push(await timeScript(file, last));
        full.push(await run(join(folder, `full-${round}`), last));
      }
      const [scriptMs, buildMs, fullMs] = [
        median(script),
        median(full.map((times) => times.buildMs)),
        median(full.map((times) => times.totalMs)),
      ];
      const dailyMs = daily.reduce((sum, ms) => sum + ms, 0);
      return [
        { name: 'hand-written script, no extraction', value: scriptMs, unit: 'ms' },
        { name: 'one full load, silver and gold steps', value: buildMs, unit: 'ms' },
        { name: 'one full load, with extraction', value: fullMs, unit: 'ms' },
        { name: 'full load (steps) / script', value: buildMs / scriptMs, unit: 'x' },
        { name: '305 daily runs', value: dailyMs / 1000, unit: 's', limit: { kind: 'at most', value: 600 } },
        { name: 'one daily run, median', value: median(daily), unit: 'ms' },
        { name: 'daily run of the last 10 days, median', value: median(daily.slice(-10)), unit: 'ms' },
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

async function timeScript(file: string, logicalDate: string): Promise<number> {
  const database = await openDuckdbDatabase();
  try {
    const startedAt = performance.now();
    await buildReference(database, { file, logicalDate });
    return performance.now() - startedAt;
  } finally {
    database.close();
  }
}
