import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

let project: TestProject;
beforeAll(async () => {
  project = await openTestProject(SMALL_PIPELINE);
  await fillSmallSource(project.server);
  expect(await act('run', '--date', '2026-01-03')).toMatchObject({ code: 0 });
});
afterAll(() => project.close());

const act = (...argv: string[]) => snowmelt([...argv, '--project', project.folder], { env: project.env });
const REFUSED = {
  dataset: 'silver.fact_orders',
  day: '2026-01-02',
  reason: 'amount: range',
  rows: 1,
  partition: { rowsRefused: 1, rowsRead: 2 },
};

it('a refused row is listed, shown, made a test of, fixed and released', { timeout: 240_000 }, async () => {
  expect(jsonLines((await act('quarantine', 'ls', '--json')).out)).toMatchObject([REFUSED]);
  expect(jsonLines((await act('quarantine', 'ls', '--json', '--from', '2026-01-03')).out)).toEqual([]);
  const [row] = jsonLines((await act('quarantine', 'show', 'silver.fact_orders', '--reason', 'range', '--json')).out);
  expect(row).toMatchObject({ _day: '2026-01-02', id: 3, amount: '-1.00', _reasons: 'amount: range' });
  expect(row?.['_batch']).toBe(`2026-01-03-${row?.['_run']}-1`);

  expect(await act('quarantine', 'to-test', 'silver.fact_orders', '--reason', 'amount')).toMatchObject({ code: 0 });
  expect((await act('test')).out).toContain('1 passed.');
  const config = await readFile(join(project.folder, 'snowmelt.config.ts'), 'utf8');
  await project.write('snowmelt.config.ts', config.replace('range: { min: 0 }', 'range: { min: -5 }'));
  const failed = await act('test');
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.out).toContain('- missing');

  const replayed = await act('quarantine', 'replay', 'silver.fact_orders', '--json');
  expect(jsonLines(replayed.out).at(-1)).toMatchObject({
    reason: 'stale: its definition changed: column amount',
    released: 1,
    remaining: 0,
    refusedAnew: 0,
    rowsBefore: 5,
    rowsAfter: 6,
    stale: ['gold.daily_sales'],
  });
  expect((await act('quarantine', 'ls')).out).toBe('No refused rows.\n');
  expect((await act('quarantine', 'replay', 'silver.fact_orders')).out).toContain('nothing to replay');
});

it('says what it does not take', { timeout: 120_000 }, async () => {
  for (const [argv, said] of [
    [['shwo'], 'Did you mean `show`?'],
    [['ls', '--limit', '3'], 'has no --limit'],
    [['show'], 'needs a dataset'],
    [['show', 'silver.fact_order'], 'Did you mean `silver.fact_orders`?'],
    [['to-test', 'gold.daily_sales'], 'has no rules that could be tested'],
  ] as const) {
    const ended = await act('quarantine', ...argv);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(said);
  }
});
