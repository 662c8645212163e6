import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { pattern } from './pattern.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => pattern.violation({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, 'x', words) ?? 'not asked for');

async function violates(asked: Partial<CleaningColumn>, type: string, values: readonly (string | null)[]) {
  const connection = await session.connect();
  const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

const code = { pattern: '[0-9]{5}[A-Z]*' };

it('is rendered for both engines, or not at all', () => {
  expect(rendered(code)).toMatchInlineSnapshot(`
    {
      "duckdb": "COALESCE(NOT regexp_full_match(x, '[0-9]{5}[A-Z]*'), FALSE)",
      "spark": "COALESCE(NOT (x RLIKE '(?d)^(?:[0-9]{5}[A-Z]*)\\\\z'), FALSE)",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('holds the whole text to the expression', async () => {
  const texts = ['85123A', '85123', 'x85123', '85123a', '85123\n', '', null];
  expect(await violates(code, 'VARCHAR', texts)).toEqual([false, false, true, true, true, true, false]);
});

it('takes alternatives together and escapes as they stand', async () => {
  expect(await violates({ pattern: "a|b'\\." }, 'VARCHAR', ['a', "b'.", "b'x", 'ab'])).toEqual([false, false, true, true]);
  expect(await violates({ pattern: 'é.' }, 'VARCHAR', ['é😀', 'éé', 'é'])).toEqual([false, false, true]);
});
