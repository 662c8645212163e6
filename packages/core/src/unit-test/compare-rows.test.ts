import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Column } from '../sql/column-type.ts';
import { compareRows } from './compare-rows.ts';
import { matchRows } from './match-rows.ts';
import { sortReasons } from './sort-reasons.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'amount', type: { kind: 'varchar' } },
  { name: 'share', type: { kind: 'double' } },
  { name: 'note', type: { kind: 'json' } },
];
const compare = (expected: readonly FixtureRow[], actual: readonly FixtureRow[], more: { key?: string[]; ordered?: boolean } = {}) =>
  compareRows({ columns: COLUMNS, key: more.key ?? ['id'], expected, actual, ordered: more.ordered ?? false });

describe('comparing rows', () => {
  it('does not care for order or for columns that are not named', () => {
    expect(
      compare(
        [{ id: '2' }, { id: '1', amount: 'a' }],
        [
          { id: '1', amount: 'a' },
          { id: '2', amount: 'b' },
        ],
      ),
    ).toEqual([]);
    expect(compare([], [])).toEqual([]);
  });

  it('names the cells of the row with the same key', () => {
    expect(compare([{ id: '1', amount: 'a', share: null }], [{ id: '1', amount: 'b', share: '0.5' }])).toEqual([
      {
        kind: 'changed',
        row: { id: '1' },
        cells: [
          { column: 'amount', expected: 'a', actual: 'b' },
          { column: 'share', expected: null, actual: '0.5' },
        ],
      },
    ]);
  });

  it('finds the row that is meant without a key, if most of it is the same', () => {
    const rows = compare([{ amount: 'a', share: '1', note: '1' }], [{ id: '1', amount: 'a', share: '1', note: '2' }], { key: [] });
    expect(rows).toMatchObject([{ kind: 'changed', row: { amount: 'a', share: '1' } }]);
    expect(compare([{ amount: 'a', share: '1' }], [{ amount: 'b', share: '2' }], { key: [] }).map(({ kind }) => kind)).toEqual([
      'missing',
      'unexpected',
    ]);
  });

  it('tells a row that is missing from one too many', () => {
    expect(compare([{ id: '1' }], [{ id: '2' }])).toEqual([
      { kind: 'missing', row: { id: '1' } },
      { kind: 'unexpected', row: { id: '2' } },
    ]);
    expect(compare([{ id: '1' }], [{ id: '1' }, { id: '1' }])).toEqual([{ kind: 'unexpected', row: { id: '1' } }]);
  });

  it('gives a row that fits several to the one that has no other', () => {
    const actual = [
      { id: '1', amount: 'a' },
      { id: '1', amount: 'b' },
    ];
    expect(compare([{ id: '1' }, { id: '1', amount: 'a' }], actual, { key: [] })).toEqual([]);
  });

  it('minds the order only where it is asked to', () => {
    const [one, two] = [{ id: '1' }, { id: '2' }];
    expect(compare([two, one], [one, two])).toEqual([]);
    expect(compare([two, one], [one, two], { ordered: true })).toMatchObject([{ kind: 'misplaced' }]);
    expect(compare([one, two], [one, two], { ordered: true })).toEqual([]);
  });

  it('takes doubles for equal to twelve digits, and JSON whatever the order of its keys', () => {
    const row = { id: '1', share: '0.30000000000000004', note: '{"a":1,"b":[1,2]}' };
    expect(compare([{ id: '1', share: '0.3', note: '{"b":[1,2],"a":1}' }], [row])).toEqual([]);
    expect(compare([{ id: '1', share: '0.3000001' }], [row])).toHaveLength(1);
    expect(compare([{ id: '1', note: '{"b":[2,1],"a":1}' }], [row])).toHaveLength(1);
    expect(compare([{ id: '1', share: null }], [{ id: '1', share: 'nan' }])).toHaveLength(1);
  });

  it('finds nothing exactly where the rows are the same, however they are shuffled', () => {
    const row = fc.record({ id: fc.constantFrom('1', '2', null), amount: fc.constantFrom('a', 'b', null) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), fc.array(row, { maxLength: 6 }), (left, right) => {
        const sorted = (rows: readonly FixtureRow[]) => rows.map((one) => JSON.stringify(one)).sort();
        expect(compare(left, [...left].reverse())).toEqual([]);
        expect(compare(left, right).length === 0).toBe(JSON.stringify(sorted(left)) === JSON.stringify(sorted(right)));
      }),
      { seed: 7 },
    );
  });
});

it('matches as many as can be matched', () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.nat(4)), { maxLength: 5 }), (options) => {
      const there = [0, 1, 2, 3, 4];
      const found = matchRows(options, there, (mine, item) => mine.includes(item));
      const used = found.flatMap((index) => index ?? []);
      expect(new Set(used).size).toBe(used.length);
      for (const [i, index] of found.entries()) if (index !== undefined) expect(options[i]).toContain(index);
      const best = (left: readonly number[][], taken: readonly number[]): number => {
        const [first, ...rest] = left;
        if (first === undefined) return 0;
        const with_ = first.filter((item) => !taken.includes(item)).map((item) => 1 + best(rest, [...taken, item]));
        return Math.max(best(rest, taken), ...with_);
      };
      expect(used).toHaveLength(best(options, []));
    }),
    { seed: 11 },
  );
});

it('reads reasons as a text or as a list', () => {
  const sorted = { _reasons: 'a: cast, b: range' };
  expect([{ _reasons: 'b: range, a: cast' }, { _reasons: '["b: range",{"a":"cast"}]' }].map(sortReasons)).toEqual([sorted, sorted]);
  expect(sortReasons({ id: '1' })).toEqual({ id: '1' });
});
