import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { differences, listFiles } from '../e2e/compare-lakes.ts';
import { type Ended, snowmelt } from '../e2e/run-snowmelt.ts';
import { readGraphOf } from './read-graph.ts';
import { cacheWithSpark } from './retail-world.ts';

const MINUTES = 60_000;
const ROWS = 400_000;
const missing = whyNoSpark() ?? (existsSync('/proc/self/task') ? undefined : 'there is no /proc, by which its process is found');
if (missing !== undefined) console.warn(`\n*** Spark is NOT killed here: ${missing}. ***\n`);

const CONFIG = `import { definePipeline } from '@snowmelt/core';
export default definePipeline({
  name: 'killed',
  source: { kind: 'files', folder: 'data' },
  bronze: { orders: { table: 'orders.parquet', mode: 'full', columns: { id: 'NUMBER(18,0)', status: 'VARCHAR', changed_at: 'TIMESTAMP_NTZ' } } },
  silver: { orders: { kind: 'event', eventTime: 'changed_at', from: 'bronze.orders', key: ['id'], columns: {
    id: { type: 'NUMBER(18,0)', required: true }, status: { type: 'VARCHAR', trim: true }, changed_at: { type: 'TIMESTAMP_NTZ', required: true } } } },
});
`;

describe.skipIf(missing !== undefined)('killed while Spark writes', () => {
  let folder = '';
  let env: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-killed-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'snowmelt.config.ts'), CONFIG);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`COPY (SELECT i::BIGINT AS id, ' status ' || i AS status, TIMESTAMP '2024-01-01' + INTERVAL (i % 40) DAY AS changed_at
      FROM range(${ROWS}) r(i)) TO '${join(folder, 'data', 'orders.parquet')}' (FORMAT parquet)`);
    env = { XDG_CACHE_HOME: await cacheWithSpark(folder) };
    expect(await run('expected', 'duckdb')).toMatchObject({ code: 0 });
  }, 10 * MINUTES);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const lakeOf = (name: string): string => join(folder, name);
  const run = (lake: string, engine: string, onStart?: (child: ChildProcess) => void): Promise<Ended> =>
    snowmelt(
      ['run', '--project', folder, '--lake', lakeOf(lake), '--date', '2024-03-01', '--engine', engine, '--retries', '0', '--memory', '1GB'],
      { env, ...(onStart === undefined ? {} : { onStart }) },
    );

  it.each([
    ['Spark', 'spark', { code: 1, signal: null }],
    ['the command itself', 'command', { code: null, signal: 'SIGKILL' }],
  ] as const)('%s leaves nothing visible, and the next run is right', { timeout: 10 * MINUTES }, async (_, victim, end) => {
    const lake = lakeOf(victim);
    let spark = 0;
    let killing: Promise<void> = Promise.resolve();
    const ended = await run(victim, 'spark', (child) => {
      killing = (async () => {
        await until(async () => (await listFiles(join(lake, '.tmp'))).some((path) => path.includes('_temporary')));
        spark = await childOf(Number(child.pid));
        if (victim === 'spark') process.kill(-spark, 'SIGKILL');
        else child.kill('SIGKILL');
      })();
    });
    await killing;
    expect(ended, ended.err).toMatchObject(end);
    if (victim === 'spark') expect(ended.err).toContain('spark/ended');
    expect((await listFiles(lake)).filter((path) => path.startsWith('silver/'))).toEqual([]);
    // Whoever is left of Spark ends with its parent.
    await until(async () => !existsSync(`/proc/${spark}`));
    expect(await run(victim, 'spark')).toMatchObject({ code: 0 });
    expect(await differences(await readGraphOf(folder), lakeOf('expected'), lake)).toEqual({});
    expect((await readdir(join(lake, '.tmp'))).filter((name) => /^\d+-/.test(name))).toEqual([]);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 4 * MINUTES; !(await holds()); await sleep(20)) {
    if (Date.now() > end) throw new Error('It did not come to that.');
  }
}

// The command starts one process: Spark's.
async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')[0]);
}
