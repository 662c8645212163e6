import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listFiles } from './compare-lakes.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const CONFIG = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'late',
  source: { kind: 'files', folder: 'data' },
  bronze: {
    events: { table: 'events/*.jsonl', mode: 'window', watermark: 'loaded_at', key: ['id'],
      columns: { id: 'NUMBER(10,0)', amount: 'NUMBER(10,2)', happened_at: 'TIMESTAMP_NTZ', loaded_at: 'TIMESTAMP_NTZ' } },
  },
  silver: {
    fact_events: { kind: 'event', eventTime: 'happened_at', from: 'bronze.events', key: ['id'], version: 'loaded_at',
      columns: { id: { type: 'NUMBER(10,0)' }, amount: { type: 'NUMBER(10,2)' }, happened_at: { type: 'TIMESTAMP_NTZ', required: true }, loaded_at: { type: 'TIMESTAMP_NTZ', required: true } } },
  },
  gold: { daily: { kind: 'event', eventTime: 'happened_on', key: ['happened_on'], sql: 'daily.sql' } },
});
`;
const DAYS = 201;
const dayOf = (offset: number): string => new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
const event = (id: number, amount: number, happened: number, loaded: number): string =>
  `${JSON.stringify({ id, amount, happened_at: `${dayOf(happened)}T12:00:00`, loaded_at: `${dayOf(loaded)}T13:00:00` })}\n`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-late-'));
  await mkdir(join(folder, 'data', 'events'), { recursive: true });
  await writeFile(join(folder, 'snowmelt.config.ts'), CONFIG);
  await writeFile(
    join(folder, 'daily.sql'),
    'select happened_at::date as happened_on, sum(amount) as amount from silver.fact_events group by 1',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const give = (name: string, lines: readonly string[]) => writeFile(join(folder, 'data', 'events', `${name}.jsonl`), lines.join(''));

async function run(date: string): Promise<Readonly<Record<string, unknown>>> {
  const ended = await snowmelt(['run', '--project', folder, '--date', date, '--json']);
  expect(ended).toMatchObject({ code: 0, err: '' });
  const outcomes = jsonLines(ended.out).flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome as Record<string, unknown>]));
  return Object.fromEntries(outcomes.map(({ dataset, partitions }) => [String(dataset), partitions]));
}

const dataFiles = async (): Promise<readonly string[]> =>
  (await listFiles(join(folder, 'lake'))).filter((path) => /(silver|gold)[/\\]/.test(path) && path.endsWith('.parquet'));

it('restates one partition for a row that is 200 days late, and leaves every other file where it is', { timeout: 120_000 }, async () => {
  await give(
    'history',
    Array.from({ length: DAYS }, (_, i) => event(i, 1, i, i)),
  );
  expect(await run(dayOf(DAYS - 1))).toEqual({ 'bronze.events': 1, 'silver.fact_events': DAYS, 'gold.daily': DAYS });
  const before = new Set(await dataFiles());
  await give('late', [event(1000, 5, 1, DAYS)]);
  expect(await run(dayOf(DAYS))).toEqual({ 'bronze.events': 1, 'silver.fact_events': 1, 'gold.daily': 1 });
  const added = (await dataFiles()).filter((path) => !before.has(path));
  expect(added.map((path) => path.replace(/[/\\][^/\\]+[/\\][^/\\]+$/, '').replaceAll('\\', '/')).sort()).toEqual([
    expect.stringMatching(/gold\/year=2024\/month=01\/day=02\/daily$/),
    expect.stringMatching(/silver\/year=2024\/month=01\/day=02\/fact_events$/),
  ]);
  const found = await snowmelt([
    'query',
    `SELECT amount FROM gold.daily WHERE happened_on = DATE '${dayOf(1)}'`,
    '--project',
    folder,
    '--json',
  ]);
  expect(jsonLines(found.out)).toMatchObject([{ amount: '6.00' }]);
});
