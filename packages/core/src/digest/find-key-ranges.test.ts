import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DigestGroup, KeyRange, KeySplit } from '../ports/digest.ts';
import type { Column } from '../sql/column-type.ts';
import { type ComparedSides, findKeyRanges } from './find-key-ranges.ts';

const COLUMNS: readonly Column[] = [
  { name: 'region', type: { kind: 'varchar' } },
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'amount', type: { kind: 'bigint' } },
];

interface Row {
  readonly region: string;
  readonly id: number;
  readonly amount: number;
}

const isWithin = (row: Row, within: readonly KeyRange[]): boolean =>
  within.every(({ column, least, greatest }) =>
    column === 'id' ? row.id >= Number(least) && row.id <= Number(greatest) : row.region >= least && row.region <= greatest,
  );

const keyOf = (row: Row, column: string): string | number => (column === 'id' ? row.id : row.region);

/** Sums values themselves where an engine sums hashes: enough to see one change. */
function groupsOf(rows: readonly Row[], { column, bounds, within }: KeySplit): readonly DigestGroup[] {
  const groups = new Map<number, Row[]>();
  for (const row of rows.filter((one) => isWithin(one, within))) {
    const key = keyOf(row, column);
    const group = bounds.filter((bound) => (typeof key === 'number' ? Number(bound) : bound) <= key).length;
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return [...groups].map(([group, members]) => {
    const keys = members.map((row) => keyOf(row, column)).sort((a, b) => (a < b ? -1 : 1));
    const sum = (of: (row: Row) => number) => ({
      values: members.length,
      hash: String(members.reduce((total, row) => total + of(row), 0)),
    });
    const columns = { region: sum(({ region }) => region.charCodeAt(1)), id: sum(({ id }) => id), amount: sum(({ amount }) => amount) };
    return { group, least: String(keys[0]), greatest: String(keys.at(-1)), rows: members.length, hash: columns.amount.hash, columns };
  });
}

function sidesOf(source: readonly Row[], lake: readonly Row[], key: readonly string[]): ComparedSides {
  return {
    columns: COLUMNS,
    key,
    source: async (split) => groupsOf(source, split),
    lake: async (split) => groupsOf(lake, split),
    bounds: async (column, within, parts) => {
      const keys = lake.filter((row) => isWithin(row, within)).map((row) => keyOf(row, column));
      const sorted = [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1));
      return sorted.filter((_, at) => at > 0 && at % Math.ceil(sorted.length / parts) === 0).map(String);
    },
  };
}

const ROWS: readonly Row[] = Array.from({ length: 5000 }, (_, id) => ({ region: `r${id % 3}`, id, amount: id * 3 }));

it('finds the one row that differs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4999 }), async (id) => {
      const lake = ROWS.map((row) => (row.id === id ? { ...row, amount: -1 } : row));
      expect(await findKeyRanges(sidesOf(ROWS, lake, ['id']))).toEqual({
        ranges: [{ column: 'id', least: String(id), greatest: String(id) }],
        columns: ['amount'],
        others: 0,
      });
      const { ranges } = (await findKeyRanges(sidesOf(ROWS, lake, ['region', 'id']))) ?? { ranges: [] };
      expect(ranges.map(({ least }) => least)).toEqual([`r${id % 3}`, String(id)]);
    }),
    { numRuns: 15, seed: 7 },
  );
});

it('finds a lost row next to its neighbours, on either side', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4999 }), fc.boolean(), async (id, isLostInLake) => {
      const fewer = ROWS.filter((row) => row.id !== id);
      const found = await findKeyRanges(isLostInLake ? sidesOf(ROWS, fewer, ['id']) : sidesOf(fewer, ROWS, ['id']));
      const [range] = found?.ranges ?? [];
      expect(Number(range?.least)).toBeLessThanOrEqual(id);
      expect(Number(range?.greatest)).toBeGreaterThanOrEqual(id);
      expect(Number(range?.greatest) - Number(range?.least)).toBeLessThanOrEqual(2);
    }),
    { numRuns: 15, seed: 7 },
  );
});

it('counts the other ranges, and finds nothing without a key', async () => {
  const lake = ROWS.map((row) => (row.id === 10 || row.id === 4000 ? { ...row, amount: 0 } : row));
  expect((await findKeyRanges(sidesOf(ROWS, lake, ['id'])))?.others).toBe(1);
  expect(await findKeyRanges(sidesOf(ROWS, lake, []))).toBeUndefined();
  expect(await findKeyRanges(sidesOf(ROWS, [], ['id']))).toMatchObject({ ranges: [{ least: '0', greatest: '4999' }] });
});
