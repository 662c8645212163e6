import { describe, expect, it } from 'vitest';
import type { Column } from '../sql/column-type.ts';
import { compareDigests, emptyDigest } from './compare-digests.ts';
import { digestQuery, parseDigest } from './digest-query.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'at', type: { kind: 'time' } },
];

describe('the statement', () => {
  it('is one for both engines but for functions', () => {
    const query = (dialect: 'snowflake' | 'duckdb', level: 'hash' | 'count') =>
      digestQuery({ dialect, from: 't', columns: COLUMNS, level });
    expect(query('snowflake', 'hash')).toBe(
      `SELECT COUNT(*), SUM("r"), COUNT("h0"), SUM("h0"), COUNT("h1"), SUM("h1") FROM (SELECT *, MD5_NUMBER_LOWER64(CONCAT(COALESCE(CAST("h0" AS VARCHAR), ''), ',', COALESCE(CAST("h1" AS VARCHAR), ''))) AS "r" FROM (SELECT MD5_NUMBER_LOWER64(TO_CHAR("id")) AS "h0", MD5_NUMBER_LOWER64(RPAD("at", 18, '0')) AS "h1" FROM t) AS "v") AS "s"`,
    );
    expect(query('duckdb', 'count')).toBe(
      'SELECT COUNT(*), COUNT("h0"), COUNT("h1") FROM (SELECT "id" AS "h0", "at" AS "h1" FROM t) AS "s"',
    );
    expect(query('snowflake', 'count')).toBe(query('duckdb', 'count'));
  });

  it('lets nothing but numbers stand for numeric keys', () => {
    const split = (bound: string) => ({ column: 'id', bounds: [bound], within: [] });
    const query = (bound: string) =>
      digestQuery({ dialect: 'snowflake', from: 't', columns: COLUMNS, level: 'count', split: split(bound) });
    expect(query('-12')).toContain('WHEN "id" < -12 THEN 0');
    expect(() => query('1 OR TRUE')).toThrow();
  });
});

it('reads sums exactly, and refuses what is none', () => {
  const parsed = parseDigest([['2', '36893488147419103231', '2', '1', '0', null]], { columns: COLUMNS, level: 'hash' });
  expect(parsed).toEqual([
    { group: 0, rows: 2, hash: '36893488147419103231', columns: { id: { values: 2, hash: '1' }, at: { values: 0, hash: '0' } } },
  ]);
  expect(parseDigest([['2', '3']], { columns: COLUMNS, level: 'hash' })).toBeUndefined();
  expect(parseDigest([['many', '3', '2']], { columns: COLUMNS, level: 'count' })).toBeUndefined();
});

describe('a comparison', () => {
  const digest = (rows: number, hash: string, id: string) => ({ rows, hash, columns: { id: { values: rows, hash: id } } });

  it('names rows, columns, or that values stand in other rows', () => {
    expect(compareDigests(digest(2, '7', '3'), digest(2, '7', '3'))).toBeUndefined();
    expect(compareDigests(digest(2, '7', '3'), digest(2, '8', '4'))).toEqual({ rows: false, columns: ['id'], pairing: false });
    expect(compareDigests(digest(2, '7', '3'), digest(2, '8', '3'))).toEqual({ rows: false, columns: [], pairing: true });
    expect(compareDigests(digest(2, '7', '3'), emptyDigest(['id'], true))).toEqual({ rows: true, columns: ['id'], pairing: false });
  });

  it('compares what both sides say', () => {
    expect(compareDigests(digest(2, '7', '3'), { rows: 2, columns: { id: { values: 2 } } })).toBeUndefined();
  });
});
