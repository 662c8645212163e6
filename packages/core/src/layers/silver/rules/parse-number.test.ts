import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { type NumberMarks, parseNumber } from './parse-number.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

/** What an expression over `x` makes of each value, as texts. */
async function evaluate(expression: string, values: readonly (string | null)[], type = 'VARCHAR') {
  const connection = await session.connect();
  const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
  const sql = `SELECT CAST(${expression} AS VARCHAR) FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

const rendered = (marks: NumberMarks) => forBoth((words) => parseNumber('x', marks, words));
const parse = (marks: NumberMarks, texts: readonly (string | null)[]) => evaluate(rendered(marks).duckdb, texts);

it('is rendered for both engines', () => {
  expect(rendered({ decimal: ',', group: '.' })).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN regexp_full_match(x, '[ \\t\\n\\r\\f]*[+-]?(?:(?:[0-9]{1,3}(?:[.][0-9]{3})+|[0-9]+)(?:[,][0-9]*)?|[,][0-9]+)[ \\t\\n\\r\\f]*') THEN replace(replace(x, '.', ''), ',', '.') END",
      "spark": "CASE WHEN (x RLIKE '^(?:[ \\\\t\\\\n\\\\r\\\\f]*[+-]?(?:(?:[0-9]{1,3}(?:[.][0-9]{3})+|[0-9]+)(?:[,][0-9]*)?|[,][0-9]+)[ \\\\t\\\\n\\\\r\\\\f]*)\\\\z') THEN replace(replace(x, '.', ''), ',', '.') END",
    }
  `);
});

it('reads numbers with the declared marks only', async () => {
  const texts = ['1.234,50', '1234,5', '-1.234.567', ',5', '1,234.50', '1.23,4', '12.34', '1 234', '', null];
  expect(await parse({ decimal: ',', group: '.' }, texts)).toEqual([
    '1234.50',
    '1234.5',
    '-1234567',
    '.5',
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

it('reads groups of three digits, whatever is between them', async () => {
  expect(await parse({ decimal: '.', group: ' ' }, ['1 234.5', '12 34', '1234'])).toEqual(['1234.5', null, '1234']);
  expect(await parse({ decimal: ',', group: '\u00a0' }, ['1\u00a0234,5', '1 234,5'])).toEqual(['1234.5', null]);
  expect(await parse({ decimal: '.', group: "'" }, ["1'234.50"])).toEqual(['1234.50']);
  expect(await parse({ decimal: '^', group: ']' }, ['1]234^5'])).toEqual(['1234.5']);
  expect(await parse({ decimal: ',' }, ['1,5', '1.5'])).toEqual(['1.5', null]);
});
