import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import { forBoth } from '../../../sql/render.ts';
import { isNoJson, parseJson } from './parse-json.ts';

const evaluate = openEvaluator();

const rendered = (path: string) => forBoth((words) => parseJson('x', path, words));
const find = async (path: string, text: string) => (await evaluate(rendered(path).duckdb, [text]))[0];

const order = '{"buyer": {"emails": ["a@b.c", null], "first name": "Zoë"}, "total": 12.50, "paid": true, "note": ""}';

it('is rendered for both engines', () => {
  expect(rendered("$.buyer.emails[0]['first name']")).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN json_valid(x) THEN json_extract_string(x, '$."buyer"."emails"[0]."first name"') END",
      "spark": "get_json_object(x, '$[\\'buyer\\'][\\'emails\\'][0][\\'first name\\']')",
    }
  `);
  expect(forBoth((words) => isNoJson('x', words))).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN json_valid(x) THEN json_type(x) NOT IN ('OBJECT', 'ARRAY') ELSE x IS NOT NULL END",
      "spark": "(x IS NOT NULL AND json_object_keys(x) IS NULL AND json_array_length(x) IS NULL)",
    }
  `);
});

it('finds the value at a path, as the text that it is', async () => {
  expect(await find('$.buyer.emails[0]', order)).toBe('a@b.c');
  expect(await find("$.buyer['first name']", order)).toBe('Zoë');
  expect(await find('$.total', order)).toBe('12.5');
  expect(await find('$.paid', order)).toBe('true');
  expect(await find('$.note', order)).toBe('');
  expect(await find('$.buyer.emails', order)).toBe('["a@b.c",null]');
});

it('has no value where there is none', async () => {
  for (const path of ['$.seller', '$.buyer.emails[1]', '$.buyer.emails[2]', '$.total.net']) expect(await find(path, order)).toBeNull();
});

it('tells what is no object and no array', async () => {
  const texts = [order, '[1]', '5', '"a"', '{"a"', '', 'null', null];
  const isNone = forBoth((words) => isNoJson('x', words)).duckdb;
  expect(await evaluate(isNone, texts)).toEqual(['false', 'false', 'true', 'true', 'true', 'true', 'true', 'false']);
});
