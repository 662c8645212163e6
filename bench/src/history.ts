import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Benchmark, type Figure, median } from './figures.ts';
import { timeSnowmelt } from './process-time.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const FIRST_DAY = Date.UTC(2010, 0, 1);
const ROWS_A_DAY = 200;
const ACCOUNTS = 500;
const MEASURED_RUNS = 7;

const CONFIG = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'history',
  source: { kind: 'duckdb', database: 'source.duckdb' },
  bronze: {
    accounts: { table: 'accounts', mode: 'full', key: ['account_id'], columns: { account_id: 'NUMBER(10,0)', country: 'VARCHAR' } },
    events: { table: 'events', mode: 'window', watermark: 'loaded_at', key: ['event_id'],
      columns: { event_id: 'NUMBER(18,0)', account_id: 'NUMBER(10,0)', amount: 'NUMBER(12,2)', happened_at: 'TIMESTAMP_NTZ', loaded_at: 'TIMESTAMP_NTZ' } },
  },
  silver: {
    dim_accounts: { kind: 'snapshot', from: 'bronze.accounts', key: ['account_id'],
      columns: { account_id: { type: 'NUMBER(10,0)' }, country: { type: 'VARCHAR', trim: true, default: 'Unknown' } } },
    fact_events: { kind: 'event', eventTime: 'happened_at', from: 'bronze.events', key: ['event_id'], version: 'loaded_at',
      columns: { event_id: { type: 'NUMBER(18,0)' }, account_id: { type: 'NUMBER(10,0)' }, amount: { type: 'NUMBER(12,2)', required: true },
        happened_at: { type: 'TIMESTAMP_NTZ', required: true }, loaded_at: { type: 'TIMESTAMP_NTZ', required: true } } },
  },
  gold: { daily_accounts: { kind: 'event', eventTime: 'happened_on', key: ['happened_on', 'account_id'], sql: 'daily_accounts.sql' } },
});
`;

const MODEL = `select happened_at::date as happened_on, account_id, count(*) as events, sum(amount) as amount
from silver.fact_events group by happened_at::date, account_id
`;

/** One day's run with a history of more and more days, each of which was a run of its own. */
export const history: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const { SNOWMELT_HISTORY_DAYS: wanted = '10,100,1000,3000' } = process.env;
    const sizes = wanted.split(',').map(Number);
    const most = Math.max(...sizes) + sizes.length * MEASURED_RUNS;
    log(
      `days of history: ${sizes.join(', ')} (SNOWMELT_HISTORY_DAYS), ${ROWS_A_DAY} rows a day; ${MEASURED_RUNS} daily runs are measured at each`,
    );
    const project = await makeProject(join(folder, 'project'), most);
    const measured: { readonly days: number; readonly ms: number }[] = [];
    let built = 0;
    for (const days of sizes) {
      if (days > built) await timeSnowmelt(['backfill', '--project', project, '--from', dayOf(built), '--to', dayOf(days - 1), '-q']);
      built = Math.max(built, days);
      const times: number[] = [];
      for (let run = 0; run < MEASURED_RUNS; run++) times.push(await runDay(project, built++));
      measured.push({ days, ms: median(times) });
      log(`${days} days: ${Math.round(median(times))} ms`);
    }
    return figuresOf(measured);
  });

function figuresOf(measured: readonly { readonly days: number; readonly ms: number }[]): Figure[] {
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined) return [];
  const ratio = last.ms / first.ms;
  const exponent = Math.log(ratio) / Math.log(last.days / first.days);
  return [
    ...measured.map(({ days, ms }) => ({ name: `one day's run with ${days} days of history`, value: ms, unit: 'ms' })),
    { name: `with ${last.days} days / with ${first.days}`, value: ratio, unit: 'x', limit: { kind: 'at most', value: 1.3 } },
    { name: 'growth exponent', value: exponent, unit: '', limit: { kind: 'at most', value: 0.2 } },
  ];
}

function runDay(project: string, offset: number): Promise<number> {
  return timeSnowmelt(['run', '--project', project, '--date', dayOf(offset), '-q']);
}

function dayOf(offset: number): string {
  return new Date(FIRST_DAY + offset * 86_400_000).toISOString().slice(0, 10);
}

// All days are in the source from the beginning: a run reads those of its window.
async function makeProject(folder: string, days: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'snowmelt.config.ts'), CONFIG);
  await writeFile(join(folder, 'daily_accounts.sql'), MODEL);
  const instance = await DuckDBInstance.create(join(folder, 'source.duckdb'));
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE accounts AS SELECT i AS account_id, ' country ' || (i % 40) AS country FROM range(${ACCOUNTS}) r(i)`);
  await connection.run(`
    CREATE TABLE events AS SELECT i AS event_id, i % ${ACCOUNTS} AS account_id, ((i * 7919) % 100000 / 100)::DECIMAL(12,2) AS amount,
      TIMESTAMP '${dayOf(0)}' + INTERVAL (i // ${ROWS_A_DAY}) DAY + INTERVAL (i % 1000) SECOND AS happened_at,
      TIMESTAMP '${dayOf(0)}' + INTERVAL (i // ${ROWS_A_DAY}) DAY + INTERVAL 23 HOUR AS loaded_at
    FROM range(${days * ROWS_A_DAY}) r(i)`);
  connection.closeSync();
  instance.closeSync();
  return folder;
}
