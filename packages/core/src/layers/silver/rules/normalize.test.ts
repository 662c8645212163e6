import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { normalize } from './normalize.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

/** What an expression over `x` makes of each value, as texts. */
async function evaluate(expression: string, values: readonly (string | null)[], type = 'VARCHAR') {
  const connection = await session.connect();
  const rows = values.map((value, i) => `(${i}, CAST(${value === null ? 'NULL' : quoteLiteral(value, 'duckdb')} AS ${type}))`);
  const sql = `SELECT CAST(${expression} AS VARCHAR) FROM (VALUES ${rows.join(', ')}) AS t(i, x) ORDER BY i`;
  return (await connection.runAndReadAll(sql)).getRowsJson().flat();
}

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => normalize({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ normalize: 'NFC' })).toEqual({ duckdb: 'nfc_normalize(x)', spark: 'snowmelt_nfc(x)' });
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('gives texts that look alike one spelling, as Unicode says', async () => {
  const texts = ['Zoe\u0308', 'Zoë', '\u1100\u1161', 'ﬁ', 'q\u0307\u0323', '\u212b', '', null];
  expect(await evaluate(rendered({ normalize: 'NFC' }).duckdb, texts)).toEqual(texts.map((text) => text?.normalize('NFC') ?? null));
});
