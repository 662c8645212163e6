import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from './compare-lakes.ts';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { type Ended, jsonLines, snowmelt } from './run-snowmelt.ts';

/** Changes a Parquet file as somebody would who means well. */
async function rewrite(path: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE t AS ${select} FROM read_parquet('${path}', hive_partitioning = false)`);
  await connection.run(`COPY t TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

async function bronzeFile(lake: string, day: string): Promise<string> {
  const found = (await listFiles(lake)).find((path) => path.includes(`bronze/${day}/`) && path.endsWith('.parquet'));
  if (found === undefined) throw new Error(`There is no bronze file of ${day}.`);
  return join(lake, found);
}

describe('reconcile over Snowflake', () => {
  let project: TestProject;
  const run = (...argv: string[]): Promise<Ended> => snowmelt([...argv, '--project', project.folder], { env: project.env });

  beforeAll(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await fillSmallSource(project.server);
    for (const date of ['2026-01-01', '2026-01-02', '2026-01-03']) expect(await run('run', '--date', date)).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(() => project.close());

  it('is kept with every batch, and shown', async () => {
    const shown = await run('show', 'bronze.orders');
    expect(shown.out.match(/reconciled: hash of 4 columns/g)).toHaveLength(3);
  });

  it('finds every batch the same, also after the source has moved on, by the results that were fetched', async () => {
    await project.server.database.run('UPDATE ORDERS SET AMOUNT = 99 WHERE ID = 2');
    const ended = await run('reconcile', 'bronze.orders', '--from', '2026-01-01', '--json');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(jsonLines(ended.out).map(({ day, verdict, reference }) => [day, verdict, reference])).toEqual([
      ['2026-01-01', 'same', 'result'],
      ['2026-01-02', 'same', 'result'],
      ['2026-01-03', 'same', 'result'],
    ]);
    // Without dates it is the last published day of every bronze table.
    const last = await run('reconcile');
    expect(last.code).toBe(0);
    expect(last.out).toMatch(/bronze\.orders +2026-01-03 .+ 2 +2 +4 +the result that was fetched +same/);
  });

  it('finds a file that somebody changed', async () => {
    const path = await bronzeFile(project.lake, 'year=2026/month=01/day=02');
    await rewrite(path, 'SELECT * REPLACE (CASE WHEN id = 4 THEN 41 ELSE amount END AS amount)');
    const ended = await run('reconcile', '--date', '2026-01-02');
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/amount of 4 .*differs/);
    expect(ended.out).toContain('the files are no longer what was committed: column `amount` differs.');
  });

  it('says what it does not understand', async () => {
    expect(await run('reconcile', 'silver.fact_orders')).toMatchObject({ code: 2, err: expect.stringContaining('lake/unknown-dataset') });
    const both = await run('reconcile', '--date', '2026-01-02', '--to', '2026-01-03');
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('cli/usage') });
    expect(await run('reconcile', '--date', '2020-01-01')).toMatchObject({ code: 0, out: 'No published batch of these dates.\n' });
  });
});

describe('reconcile over files', () => {
  let folder = '';
  const run = (...argv: string[]): Promise<Ended> => snowmelt([...argv, '--project', folder]);
  const config = (reconcile: string) => `import { definePipeline } from '@snowmelt/core';
export default definePipeline({
  name: 'files',
  source: { kind: 'files', folder: 'data' },
  bronze: { orders: { table: 'orders.csv', mode: 'full', key: ['id'], ${reconcile} columns: { id: 'NUMBER(10,0)', name: 'VARCHAR', share: 'FLOAT' } } },
});
`;
  const orders = (rows: string) => writeFile(join(folder, 'data', 'orders.csv'), `id,name,share\n${rows}`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-reconcile-files-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'snowmelt.config.ts'), config(''));
    await orders('1,one,0.1\n2,two,NaN\n3,,\n');
    expect(await run('run', '--date', '2026-01-01')).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('compares with the same files, and with what they have become', async () => {
    expect(await run('reconcile')).toMatchObject({ code: 0, out: expect.stringMatching(/the same files +same/) });
    await orders('1,one,0.1\n2,two,NaN\n');
    const moved = await run('reconcile');
    expect(moved).toMatchObject({ code: 0, out: expect.stringMatching(/the source as it is now +moved-on/) });
    expect(moved.out).toContain('the source no longer has 1 row of it: changed later, or deleted.');
  });

  it('cannot tell what was never proved: the present is compared, with the keys', async () => {
    await writeFile(join(folder, 'snowmelt.config.ts'), config("reconcile: 'off',"));
    expect(await run('run', '--date', '2026-01-02')).toMatchObject({ code: 0 });
    expect((await run('show', 'bronze.orders')).out).toContain('not reconciled');
    expect(await run('reconcile')).toMatchObject({ code: 0, out: expect.stringMatching(/the source as it is now +same/) });
    await orders('1,one,0.1\n2,other,NaN\n');
    const ended = await run('reconcile');
    expect(ended).toMatchObject({
      code: 1,
      out: expect.stringContaining('column `name` differs where `id` is 2; the source was looked at as it is now'),
    });
    await rm(join(folder, 'data', 'orders.csv'));
    expect(await run('reconcile')).toMatchObject({ code: 1, out: expect.stringContaining('source/not-found') });
  });
});
