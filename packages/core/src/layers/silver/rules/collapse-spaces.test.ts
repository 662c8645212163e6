import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { collapseSpaces } from './collapse-spaces.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => collapseSpaces({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

async function applyTo(asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) {
  const connection = await session.connect();
  const values = texts.map((text, i) => `(${i}, ${text === null ? 'NULL' : quoteLiteral(text, 'duckdb')})`);
  const sql = `SELECT ${rendered(asked).duckdb} FROM (VALUES ${values.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ collapseSpaces: true })).toMatchInlineSnapshot(`
    {
      "duckdb": "regexp_replace(x, '[ \\t\\n\\r\\f]+', ' ', 'g')",
      "spark": "regexp_replace(x, '[ \\\\t\\\\n\\\\r\\\\f]+', ' ')",
    }
  `);
  expect(rendered({ collapseSpaces: false }).duckdb).toBe('not asked for');
});

it('turns every run of white space into one blank, at the ends, too', async () => {
  const texts = ['WHITE  HANGING\t\tHEART', ' a\r\n b ', '\f', 'a b', '', null];
  expect(await applyTo({ collapseSpaces: true }, texts)).toEqual(['WHITE HANGING HEART', ' a b ', ' ', 'a b', '', null]);
});

it('does not take white space beyond ASCII for white space', async () => {
  expect(await applyTo({ collapseSpaces: true }, ['a\u00a0\u00a0b', '😀  😀'])).toEqual(['a\u00a0\u00a0b', '😀 😀']);
});
