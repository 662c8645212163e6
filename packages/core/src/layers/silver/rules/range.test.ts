import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { range } from './range.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => range.violation({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, 'x', words) ?? 'not asked for');

async function violates(asked: Partial<CleaningColumn>, type: string, values: readonly (string | null)[]) {
  const connection = await session.connect();
  const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

const money: Partial<CleaningColumn> = { type: { kind: 'decimal', precision: 12, scale: 3 }, range: { min: 0, max: 99.5 } };

it('is rendered for both engines, or not at all', () => {
  expect(rendered(money)).toMatchInlineSnapshot(`
    {
      "duckdb": "COALESCE(x < CAST('0' AS DECIMAL(12,3)) OR x > CAST('99.5' AS DECIMAL(12,3)), FALSE)",
      "spark": "COALESCE(x < CAST('0' AS DECIMAL(12,3)) OR x > CAST('99.5' AS DECIMAL(12,3)), FALSE)",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('includes both bounds and lets NULL pass', async () => {
  const values = ['0', '-0.001', '99.5', '99.501', null];
  expect(await violates(money, 'DECIMAL(12,3)', values)).toEqual([false, true, false, true, false]);
});

it('may be open at one end, or at both', async () => {
  const since: Partial<CleaningColumn> = { type: { kind: 'date' }, range: { min: '2010-12-01' } };
  expect(await violates(since, 'DATE', ['2010-11-30', '2010-12-01', '9999-12-31'])).toEqual([true, false, false]);
  expect(await violates({ type: { kind: 'bigint' }, range: { max: 5 } }, 'BIGINT', ['6', '-6'])).toEqual([true, false]);
  expect(await violates({ range: {} }, 'VARCHAR', ['', null])).toEqual([false, false]);
});
