import { parseColumnType } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import type { MatchedColumn } from './contract.ts';
import { sliceCondition } from './slices.ts';

function matched(name: string, type = 'text', more: Partial<MatchedColumn> = {}): MatchedColumn {
  const declared = { name, source: name.toUpperCase(), type: parseColumnType('VARCHAR') ?? { kind: 'varchar' as const } };
  return { declared, actual: { name: name.toUpperCase(), type, precision: 0, scale: 0 }, ...more };
}

describe('sliceCondition', () => {
  const zone = matched('at', 'timestamp_tz');
  const offset = { ...zone, declared: { ...zone.declared, name: 'at_offset_minutes', part: 'offset' as const } };

  it.each([
    ['the key', [matched('id'), matched('x')], ['id'], '"ID"'],
    ['a key of two columns', [matched('b'), matched('x'), matched('a')], ['a', 'b'], '"B", "A"'],
    ['all columns without a key, each once', [matched('a'), zone, offset], [], '"A", "AT"'],
    ['what HASH takes of a place', [matched('a'), matched('p', 'geography')], [], '"A", ST_ASWKB("P")'],
    ['only what is there still', [matched('a'), matched('gone', 'text', { isDropped: true })], [], '"A"'],
    ['nothing, where nothing is there', [matched('gone', 'text', { isDropped: true })], [], 'NULL'],
  ])('hashes %s', (_, columns, by, hashed) => {
    expect(sliceCondition(columns, { count: 3, by }, 2)).toBe(`MOD(MOD(HASH(${hashed}), 3) + 3, 3) = 2`);
  });
});
