import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originOf, positionAt } from './position.ts';
import type { Token } from './token.ts';

describe('positionAt', () => {
  it.each([
    ['select', 0, { line: 1, column: 1 }],
    ['select', 3, { line: 1, column: 4 }],
    ['a\nbc', 2, { line: 2, column: 1 }],
    ['a\r\nbc', 4, { line: 2, column: 2 }],
    ['-- é😀\nx', 6, { line: 2, column: 1 }],
    ["'😀' x", 4, { line: 1, column: 5 }],
    ['', 0, { line: 1, column: 1 }],
    ['ab', 99, { line: 1, column: 3 }],
  ])('of %j at %i', (text, offset, position) => {
    expect(positionAt(text, offset)).toEqual(position);
  });

  it('leads back to the character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', 'é', '😀') }), fc.nat(), (text, seed) => {
        const points = [...text];
        const offset = points.length === 0 ? 0 : seed % points.length;
        const { line, column } = positionAt(text, offset);
        const before = text.split('\n').slice(0, line - 1);
        expect(before.reduce((sum, one) => sum + [...one].length + 1, 0) + column - 1).toBe(offset);
      }),
    );
  });
});

describe('originOf', () => {
  const tokens = (text: string): Token[] =>
    [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], kind: 'VAR', start: match.index, end: match.index + match[0].length }));
  const origin = (original: string, translated: string, offset: number) => originOf(tokens(original), tokens(translated), offset)?.start;

  it('is the same occurrence of the same word', () => {
    expect(origin('select x , x from t', 'SELECT x , x FROM t', 11)).toBe(11);
    expect(origin('select X from t', 'SELECT coalesce x FROM t', 16)).toBe(7);
  });

  it('is the first where the translation says it more often', () => {
    expect(origin('select x from t', 'SELECT x + x FROM t', 11)).toBe(7);
  });

  it('is unknown for a word that only the translation has, and behind the end', () => {
    expect(origin('select x from t', 'SELECT cast x FROM t', 7)).toBeUndefined();
    expect(origin('select x from t', 'SELECT x FROM t', 99)).toBeUndefined();
  });
});
