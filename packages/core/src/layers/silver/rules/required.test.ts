import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { required } from './required.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => required.violation({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, 'x', words) ?? 'not asked for');

async function violates(asked: Partial<CleaningColumn>, type: string, values: readonly (string | null)[]) {
  const connection = await session.connect();
  const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ required: true })).toEqual({ duckdb: 'x IS NULL', spark: 'x IS NULL' });
  expect(rendered({ required: false }).duckdb).toBe('not asked for');
});

it('refuses NULL only: an empty text is a value', async () => {
  expect(await violates({ required: true }, 'VARCHAR', [null, '', ' ', '0'])).toEqual([true, false, false, false]);
});
