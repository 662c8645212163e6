import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { accepted } from './accepted.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => accepted.violation({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, 'x', words) ?? 'not asked for');

async function violates(asked: Partial<CleaningColumn>, type: string, values: readonly (string | null)[]) {
  const connection = await session.connect();
  const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ accepted: ['new', "it's"] })).toMatchInlineSnapshot(`
    {
      "duckdb": "COALESCE(x NOT IN (CAST('new' AS VARCHAR), CAST('it''s' AS VARCHAR)), FALSE)",
      "spark": "COALESCE(x NOT IN (CAST('new' AS STRING), CAST('it\\'s' AS STRING)), FALSE)",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('wants exactly one of the values and lets NULL pass', async () => {
  const texts = ['new', 'NEW', 'new ', "it's", '', null];
  expect(await violates({ accepted: ['new', "it's"] }, 'VARCHAR', texts)).toEqual([false, true, true, false, true, false]);
});

it('compares as the type of the column does', async () => {
  const column: Partial<CleaningColumn> = { type: { kind: 'decimal', precision: 5, scale: 2 }, accepted: [1, '2.50'] };
  expect(await violates(column, 'DECIMAL(5,2)', ['1.00', '2.5', '2.51'])).toEqual([false, false, true]);
  expect(await violates({ type: { kind: 'boolean' }, accepted: [true] }, 'BOOLEAN', ['true', 'false', null])).toEqual([false, true, false]);
});
