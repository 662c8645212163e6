import { beforeAll, describe, expect, it } from 'vitest';
import { fillLogicalDate, readModel } from './read-model.ts';
import { loadTranslator, type Translator } from './translator.ts';

describe('translator', () => {
  let translator: Translator;
  beforeAll(async () => {
    translator = await loadTranslator();
  });

  const codeOf = (sql: string): string | undefined => {
    try {
      readModel(translator, sql, 'm.sql');
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('names relations as the engines know them and keeps qualified columns working', () => {
    const model = readModel(translator, 'select fact_orders.a, c.b from silver.fact_orders join gold.x c on true', 'm.sql');
    expect(model.sql).toBe('select fact_orders.a, c.b from silver__fact_orders AS fact_orders join gold__x c on true');
    expect(model.references.map(({ dataset, at }) => [dataset, at])).toEqual([
      ['silver.fact_orders', { line: 1, column: 32 }],
      ['gold.x', { line: 1, column: 56 }],
    ]);
  });

  it('takes a common table expression for what it is', () => {
    const model = readModel(translator, 'with o as (select * from silver.a), p as (select * from o) select * from p', 'm.sql');
    expect(model.references.map(({ dataset }) => dataset)).toEqual(['silver.a']);
  });

  it('counts positions in characters, not bytes', () => {
    const model = readModel(translator, "-- é😀\nselect 'x😀' as a\n  from silver.f", 'm.sql');
    expect(model.references[0]?.at).toEqual({ line: 3, column: 8 });
    expect(model.sql).toContain('from silver__f AS f');
  });

  it('puts the logical date in, but not into strings and comments', () => {
    expect(fillLogicalDate(translator, "select $logical_date, '$logical_date' -- $logical_date")).toBe(
      "select TO_DATE('{{logical_date}}'), '$logical_date' -- $logical_date",
    );
  });

  it('is indifferent to comments, layout and the case of names', () => {
    const canonical = (sql: string) => readModel(translator, sql, 'm.sql').canonical;
    expect(canonical('select a -- why\n from silver.f')).toBe(canonical('SELECT A\n\nFROM silver.F'));
    expect(canonical("select 'a' as x from silver.f")).not.toBe(canonical("select 'A' as x from silver.f"));
  });

  it.each([
    ['select a from', 'compile/syntax'],
    ['delete from silver.f', 'compile/not-a-query'],
    ['select 1; select 2', 'compile/not-a-query'],
    ['select current_date() as d from silver.f', 'compile/not-deterministic'],
    ['select random() as r from silver.f', 'compile/not-deterministic'],
    ['select * from orders', 'compile/unknown-table'],
    ['select * from raw.orders', 'compile/unknown-table'],
  ])('refuses %s', (sql, code) => {
    expect(codeOf(sql)).toBe(code);
  });

  it.each([
    ['select dateadd(day, -90, d) as x from t', 'SELECT CAST(d + INTERVAL (-90) DAY AS DATE) AS x FROM t'],
    [
      "select dateadd(month, -n, d) as x, 'DATEADD(month, 1, d)' as t from t",
      "SELECT CAST(d + INTERVAL (-n) MONTH AS DATE) AS x, 'DATEADD(month, 1, d)' AS t FROM t",
    ],
    ['select datediff(minute, s, s) as x from t', "SELECT date_diff('minute', CAST(s AS TIMESTAMP), CAST(s AS TIMESTAMP)) AS x FROM t"],
    ["select timestampdiff('mm', d, s) as x from t", "SELECT date_diff('month', CAST(d AS DATE), CAST(s AS DATE)) AS x FROM t"],
    ['select extract(dow from d) as x from t', 'SELECT dayofweek(d) AS x FROM t'],
    ['select d - d as x, d + 1 as y from t', "SELECT date_diff('day', d, d) AS x, d + 1 AS y FROM t"],
  ])('renders functions by our own table: %s', (sql, expected) => {
    expect(translator.translate(sql, 'duckdb', TABLES)).toBe(expected);
  });

  it('expands `*` before Spark’s QUALIFY becomes a query of its own', () => {
    const sql = 'with c as (select * from t) select a.*, n + 1 as m from c as a qualify row_number() over (partition by n order by d) = 1';
    expect(translator.translate(sql, 'spark', TABLES)).toBe(
      'WITH c AS (SELECT * FROM t) SELECT d, s, n, f, m FROM (SELECT a.d AS d, a.s AS s, a.n AS n, a.f AS f, n + 1 AS m, ROW_NUMBER() OVER (PARTITION BY n ORDER BY d NULLS LAST) AS _w FROM c AS a) AS _t WHERE _w = 1',
    );
  });

  it.each([
    ['select n / 2 as x from t', 'Make one of them a FLOAT'],
    ['select avg(n) as x from t', '::float'],
    ['select approx_count_distinct(n) as x from t', 'COUNT(DISTINCT'],
    ['select spplit_part(n) as x from t', 'SPLIT_PART'],
    ['select dateadd(day, 1, unknown_name) as x from t', '::date or ::timestamp'],
    ["select listagg(n, ',') as x from t", 'WITHIN GROUP'],
    ['select last_value(n) over (order by d) as x from t', 'ROWS BETWEEN'],
    ["select regexp_replace('a', '(a)', '\\\\1') as x from t", 'REGEXP_SUBSTR'],
    ['select f::varchar as x from t', 'decimals'],
  ])('refuses what it cannot render faithfully: %s', (sql, hint) => {
    expect(() => translator.translate(sql, 'spark', TABLES)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(hint) }) as unknown as Error,
    );
  });
});

const TABLES = {
  t: [
    { name: 'd', type: { kind: 'date' } },
    { name: 's', type: { kind: 'timestamp' } },
    { name: 'n', type: { kind: 'bigint' } },
    { name: 'f', type: { kind: 'double' } },
  ],
} as const;
