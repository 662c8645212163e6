import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { mapValues } from './map-values.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => mapValues({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

async function applyTo(asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) {
  const connection = await session.connect();
  const values = texts.map((text, i) => `(${i}, ${text === null ? 'NULL' : quoteLiteral(text, 'duckdb')})`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${values.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

const map = { EIRE: 'Ireland', Unspecified: null, "L'Ile": 'île\\', '': 'nothing' };

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ map })).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE x WHEN 'EIRE' THEN 'Ireland' WHEN 'Unspecified' THEN NULL WHEN 'L''Ile' THEN 'île\\' WHEN '' THEN 'nothing' ELSE x END",
      "spark": "CASE x WHEN 'EIRE' THEN 'Ireland' WHEN 'Unspecified' THEN NULL WHEN 'L\\'Ile' THEN 'île\\\\' WHEN '' THEN 'nothing' ELSE x END",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
  expect(rendered({ map: {} }).duckdb).toBe('not asked for');
});

it('replaces whole values exactly and keeps all others', async () => {
  const texts = ['EIRE', 'eire', 'EIRE ', 'Unspecified', "L'Ile", '', 'France', null];
  expect(await applyTo({ map }, texts)).toEqual(['Ireland', 'eire', 'EIRE ', null, 'île\\', 'nothing', 'France', null]);
});
