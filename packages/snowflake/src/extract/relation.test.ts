import { describe, expect, it } from 'vitest';
import { renderRelation } from './relation.ts';

const PLACE = { database: 'SHOP', schema: 'PUBLIC' };

describe('renderRelation', () => {
  it.each([
    ['ORDERS', '"SHOP"."PUBLIC"."ORDERS"'],
    ['orders', '"SHOP"."PUBLIC"."ORDERS"'],
    ['raw.orders', '"SHOP"."RAW"."ORDERS"'],
    ['Other.Raw.T$1', '"OTHER"."RAW"."T$1"'],
    ['"My ""Table"".x"', '"SHOP"."PUBLIC"."My ""Table"".x"'],
    ['raw."lower"', '"SHOP"."RAW"."lower"'],
  ])('names %s as %s', (table, sql) => {
    expect(renderRelation({ kind: 'table', table }, PLACE)).toBe(sql);
  });

  it.each(['', 'a.b.c.d', 'orders; DROP TABLE x', 'a..b', '.a', 'a.', '"open', 'a b', '1a'])('refuses %j', (table) => {
    expect(() => renderRelation({ kind: 'table', table }, PLACE)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });

  it('puts a query in parentheses, whatever it ends with', () => {
    expect(renderRelation({ kind: 'query', sql: 'SELECT 1 AS x; ' }, PLACE)).toBe('(SELECT 1 AS x\n) AS src');
    expect(renderRelation({ kind: 'query', sql: 'SELECT 1 AS x -- why' }, PLACE)).toBe('(SELECT 1 AS x -- why\n) AS src');
  });
});
