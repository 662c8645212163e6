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
    ['select dateadd(day, -90, d) as x', 'SELECT d + INTERVAL (-90) DAY AS x'],
    ["select dateadd(month, -n, d) as x, 'INTERVAL -1 DAY' as t", "SELECT d + INTERVAL (-n) MONTH AS x, 'INTERVAL -1 DAY' AS t"],
    ['select datediff(minute, a, b) as x', "SELECT DATE_DIFF('minute', a, b) AS x"],
    ["select timestampdiff('hh', a::date, max(b)) as x", "SELECT DATE_DIFF('hour', CAST(a AS DATE), MAX(b)) AS x"],
    ['select datediff(day, a, b) as x', "SELECT DATE_DIFF('DAY', CAST(a AS DATE), CAST(b AS DATE)) AS x"],
  ])('mends what DuckDB would not read, or read as something else: %s', (sql, expected) => {
    expect(translator.translate(sql, 'duckdb')).toBe(expected);
  });
});
