import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBindings, withoutValues } from './array-bindings.ts';

const fixed = (value: unknown): unknown => ({ type: 'FIXED', value });

describe('bound values', () => {
  it('stand for one placeholder each', () => {
    expect(readBindings('SELECT ?', { '1': fixed('42') })).toEqual({ text: 'SELECT ?', bindings: { '1': { type: 'FIXED', value: '42' } } });
    expect(readBindings('SELECT 1', undefined)).toEqual({ text: 'SELECT 1', bindings: {} });
  });

  it('in lists repeat the VALUES of an INSERT', () => {
    const { text, bindings } = readBindings("INSERT INTO t (a, b) VALUES (?, f(?, '?'))", {
      '1': fixed(['1', '2']),
      '2': fixed(['3', null]),
    });
    expect(text).toBe("INSERT INTO t (a, b) VALUES (:1, f(:2, '?')),(:3, f(:4, '?'))");
    expect(Object.entries(bindings).map(([index, { value }]) => [index, value])).toEqual([
      ['1', '1'],
      ['2', '3'],
      ['3', '2'],
      ['4', null],
    ]);
  });

  it('in lists keep their row, whatever their number', () => {
    const rows = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const lists = { '1': fixed(pairs.map(([a]) => String(a))), '2': fixed(pairs.map(([, b]) => String(b))) };
        const { text, bindings } = readBindings('INSERT INTO t VALUES (:2, :1)', lists);
        const bound = text
          .slice('INSERT INTO t VALUES '.length)
          .replaceAll(/:(\d+)/g, (_, index: string) => String(bindings[index]?.value));
        expect(bound).toBe(pairs.map(([a, b]) => `(${b}, ${a})`).join(','));
      }),
    );
  });

  it.each([
    ['INSERT INTO t VALUES (?, ?)', { '1': fixed(['1']), '2': fixed(['1', '2']) }, '002050'],
    ['INSERT INTO t VALUES (?, ?)', { '1': fixed(['1']), '2': fixed('1') }, '002050'],
    ['INSERT INTO t SELECT ?', { '1': fixed(['1']) }, '000002'],
    ['INSERT INTO t VALUES (?)', { '1': fixed(Array.from({ length: 50_001 }, () => '1')) }, '000002'],
    ['SELECT ?', { '1': fixed({}) }, '002050'],
    ['SELECT ?', { '1': { value: '1' } }, '002050'],
  ])('are refused: %s', (text, bindings, code) => {
    expect(() => readBindings(text, bindings)).toThrow(expect.objectContaining({ code }));
  });
});

it('can be left out where a statement is only described', () => {
  const none = { type: 'ANY', value: null };
  expect(withoutValues("SELECT ?, '?', ?")).toEqual({ text: "SELECT :1, '?', :2", bindings: { '1': none, '2': none } });
});
