import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { changeCase } from './change-case.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => changeCase({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

async function applyTo(asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) {
  const connection = await session.connect();
  const values = texts.map((text, i) => `(${i}, ${text === null ? 'NULL' : quoteLiteral(text, 'duckdb')})`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${values.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ case: 'upper' })).toMatchInlineSnapshot(`
    {
      "duckdb": "upper(x)",
      "spark": "upper(x)",
    }
  `);
  expect(rendered({ case: 'lower' }).spark).toBe('lower(x)');
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('changes letters beyond ASCII, too, and nothing else', async () => {
  expect(await applyTo({ case: 'upper' }, ['aé1 ñ', 'ÄÖ', '', '😀', null])).toEqual(['AÉ1 Ñ', 'ÄÖ', '', '😀', null]);
  expect(await applyTo({ case: 'lower' }, ['AÉ1 Ñ', 'ωΣ', '', null])).toEqual(['aé1 ñ', 'ωσ', '', null]);
});
