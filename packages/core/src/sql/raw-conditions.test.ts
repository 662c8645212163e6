import { expect, it } from 'vitest';
import { loadTranslator } from './translator.ts';

const translator = await loadTranslator();

it.each([
  ["select a < 0 and not upper(trim(b)) like 'C%' as x from t"],
  ["select not upper(b) like 'C%' as x from t where not (a > 1 and not lower(b) like 'd_') or not b like 'x'"],
  ["select case when not b like 'C%' then 1 else 2 end as x from t"],
])('functions and columns behind NOT … LIKE are seen: %s', (sql) => {
  const parsed = translator.parse(sql);
  expect(JSON.stringify(parsed)).not.toContain('"raw"');
  for (const dialect of ['duckdb', 'spark'] as const) expect(translator.translate(sql, dialect)).not.toMatch(/snowmelt_call/i);
});

it('means what was written', () => {
  expect(translator.translate("select a < 0 and not upper(b) like 'C%' as x from t", 'duckdb')).toMatchInlineSnapshot(
    `"SELECT a < 0 AND not upper(b) like 'C%' AS x FROM t"`,
  );
  expect(translator.translate("select not b like '50%' escape '^' as x from t", 'spark')).toMatchInlineSnapshot(
    `"SELECT not b like '50%' escape '^' AS x FROM t"`,
  );
});

it('a quote in a comment hides no call', () => {
  const sql = "-- the run's day\nselect iff(a = 1, 'x', /* it's (odd */ 'y') as x from t -- that's all";
  for (const dialect of ['duckdb', 'spark'] as const) expect(translator.translate(sql, dialect)).not.toMatch(/snowmelt_call/i);
});
