import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ColumnType, parseColumnType } from './column-type.ts';
import { compareTypes } from './type-change.ts';

const type = (text: string): ColumnType => {
  const parsed = parseColumnType(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe('a change of type', () => {
  it.each([
    ['NUMBER(12,2)', 'NUMBER(12,2)', 'same'],
    ['NUMBER(6,0)', 'NUMBER(9,0)', 'same'],
    ['NUMBER(12,2)', 'NUMBER(14,2)', 'widened'],
    ['NUMBER(12,2)', 'NUMBER(14,4)', 'widened'],
    ['NUMBER(12,2)', 'NUMBER(12,4)', 'narrowed'],
    ['NUMBER(12,2)', 'NUMBER(10,2)', 'narrowed'],
    ['NUMBER(18,0)', 'NUMBER(38,0)', 'widened'],
    ['NUMBER(18,0)', 'NUMBER(18,2)', 'narrowed'],
    ['NUMBER(12,2)', 'NUMBER(18,0)', 'narrowed'],
    ['NUMBER(18,0)', 'FLOAT', 'retyped'],
    ['DATE', 'TIMESTAMP_NTZ', 'retyped'],
    ['VARCHAR', 'NUMBER(10,0)', 'retyped'],
    ['VARIANT', 'VARCHAR', 'retyped'],
  ])('from %s to %s is %s', (from, to, change) => {
    expect(compareTypes(type(from), type(to))).toBe(change);
  });

  it('that widens one way narrows the other', () => {
    const number = fc.nat(37).chain((p) => fc.nat(p).map((scale) => type(`NUMBER(${p + 1},${scale})`)));
    fc.assert(
      fc.property(number, number, (a, b) => {
        const there = compareTypes(a, b);
        const back = compareTypes(b, a);
        expect(there === 'same').toBe(back === 'same');
        if (there === 'widened') expect(back).toBe('narrowed');
      }),
    );
  });
});
