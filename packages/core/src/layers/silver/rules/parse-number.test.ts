import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import { forBoth } from '../../../sql/render.ts';
import { type NumberMarks, parseNumber } from './parse-number.ts';

const evaluate = openEvaluator();

const rendered = (marks: NumberMarks) => forBoth((words) => parseNumber('x', marks, words));
const parse = (marks: NumberMarks, texts: readonly (string | null)[]) => evaluate(rendered(marks).duckdb, texts);

it('is rendered for both engines', () => {
  expect(rendered({ decimal: ',', group: '.' })).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN regexp_full_match(x, '[ \\t\\n\\r\\f]*[+-]?(?:(?:[0-9]{1,3}(?:[.][0-9]{3})+|[0-9]+)(?:[,][0-9]*)?|[,][0-9]+)[ \\t\\n\\r\\f]*') THEN replace(replace(x, '.', ''), ',', '.') END",
      "spark": "CASE WHEN (x RLIKE '(?d)^(?:[ \\\\t\\\\n\\\\r\\\\f]*[+-]?(?:(?:[0-9]{1,3}(?:[.][0-9]{3})+|[0-9]+)(?:[,][0-9]*)?|[,][0-9]+)[ \\\\t\\\\n\\\\r\\\\f]*)\\\\z') THEN replace(replace(x, '.', ''), ',', '.') END",
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
