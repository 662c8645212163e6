import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { nullIf } from './null-if.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => nullIf({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

async function applyTo(asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) {
  const connection = await session.connect();
  const values = texts.map((text, i) => `(${i}, ${text === null ? 'NULL' : quoteLiteral(text, 'duckdb')})`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${values.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ nullIf: ['', 'n/a', "it's"] })).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN x IN ('', 'n/a', 'it''s') THEN NULL ELSE x END",
      "spark": "CASE WHEN x IN ('', 'n/a', 'it\\'s') THEN NULL ELSE x END",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('turns exactly the listed texts into NULL', async () => {
  const texts = ['', ' ', 'n/a', 'N/A', "it's", '?', null];
  expect(await applyTo({ nullIf: ['', 'n/a', "it's"] }, texts)).toEqual([null, ' ', null, 'N/A', null, '?', null]);
});

it('keeps the empty text where it is not listed', async () => {
  expect(await applyTo({ nullIf: ['?'] }, ['', '?'])).toEqual(['', null]);
});
