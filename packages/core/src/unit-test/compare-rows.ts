import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Column, ColumnType } from '../sql/column-type.ts';
import { matchRows } from './match-rows.ts';

/** A cell that is not what it should be. */
export interface CellDifference {
  readonly column: string;
  readonly expected: string | null;
  readonly actual: string | null;
}

/** How rows differ: one is not there, one too many is, or one has other values; `misplaced`: only their order is another. */
export type RowDifference =
  | { readonly kind: 'missing'; readonly row: FixtureRow }
  | { readonly kind: 'unexpected'; readonly row: FixtureRow }
  | { readonly kind: 'changed'; readonly row: FixtureRow; readonly cells: readonly CellDifference[] }
  | { readonly kind: 'misplaced'; readonly expected: readonly FixtureRow[]; readonly actual: readonly FixtureRow[] };

/** What is compared. Values are the one text that their type has for them. */
export interface Comparison {
  readonly columns: readonly Column[];
  /** Says which expected row and which actual row are the same one. */
  readonly key: readonly string[];
  /** Only the columns that a row has are compared. */
  readonly expected: readonly FixtureRow[];
  readonly actual: readonly FixtureRow[];
  readonly ordered: boolean;
}

/** Compares rows without regard to their order, unless that counts: none where they are equal. */
export function compareRows({ columns, key, expected, actual, ordered }: Comparison): readonly RowDifference[] {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const isEqual = (want: FixtureRow, is: FixtureRow) => differingCells(want, is, types).length === 0;
  const pairs = matchRows(expected, actual, isEqual);
  const left = expected.filter((_, i) => pairs[i] === undefined);
  const used = new Set(pairs);
  const right = actual.filter((_, i) => !used.has(i));
  if (left.length > 0 || right.length > 0) return pairUp(left, right, { key, types, shown: [...new Set(expected.flatMap(Object.keys))] });
  const isInOrder = expected.every((want, i) => isEqual(want, actual[i] ?? {}));
  return ordered && !isInOrder ? [{ kind: 'misplaced', expected, actual: actual.map((row) => pick(row, shownOf(expected, row))) }] : [];
}

interface Pairing {
  readonly key: readonly string[];
  readonly types: ReadonlyMap<string, ColumnType>;
  /** The columns that say which row is meant. */
  readonly shown: readonly string[];
}

function pairUp(missing: readonly FixtureRow[], unexpected: readonly FixtureRow[], pairing: Pairing): readonly RowDifference[] {
  const left = [...unexpected];
  const differences: RowDifference[] = [];
  for (const row of missing) {
    const index = findPartner(row, left, pairing);
    const partner = left[index];
    if (partner === undefined) {
      differences.push({ kind: 'missing', row });
      continue;
    }
    left.splice(index, 1);
    const cells = differingCells(row, partner, pairing.types);
    const same = Object.keys(row).filter((name) => cells.every(({ column }) => column !== name));
    const naming = pairing.key.every((name) => same.includes(name)) && pairing.key.length > 0 ? pairing.key : same;
    differences.push({ kind: 'changed', row: pick(partner, naming), cells });
  }
  const named = (row: FixtureRow) => shownOf([Object.fromEntries(pairing.shown.map((name) => [name, null]))], row);
  return [...differences, ...left.map((row): RowDifference => ({ kind: 'unexpected', row: pick(row, named(row)) }))];
}

// By the key if the row has it; else the row that has most in common with it, if that is at least half.
function findPartner(row: FixtureRow, among: readonly FixtureRow[], { key, types }: Pairing): number {
  const same = (other: FixtureRow, names: readonly string[]) =>
    names.filter((name) => isSameValue(row[name] ?? null, other[name] ?? null, types.get(name))).length;
  if (key.length > 0 && key.every((name) => name in row)) return among.findIndex((other) => same(other, key) === key.length);
  const names = Object.keys(row);
  const scores = among.map((other) => same(other, names));
  const best = Math.max(0, ...scores);
  return best * 2 < names.length || best === 0 ? -1 : scores.indexOf(best);
}

function differingCells(expected: FixtureRow, actual: FixtureRow, types: ReadonlyMap<string, ColumnType>): readonly CellDifference[] {
  return Object.entries(expected).flatMap(([column, value]) => {
    const is = actual[column] ?? null;
    return isSameValue(value, is, types.get(column)) ? [] : [{ column, expected: value, actual: is }];
  });
}

function isSameValue(a: string | null, b: string | null, type: ColumnType | undefined): boolean {
  if (a === null || b === null || a === b) return a === b;
  if (type?.kind === 'double') return isNear(Number(a), Number(b));
  return type?.kind === 'json' && sortedJson(a) === sortedJson(b);
}

// Sums of binary fractions depend on the order of adding; twelve digits do not.
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

function sortedJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  } catch {
    return text;
  }
}

function shownOf(like: readonly FixtureRow[], row: FixtureRow): readonly string[] {
  const names = [...new Set(like.flatMap(Object.keys))].filter((name) => name in row);
  return names.length === 0 ? Object.keys(row) : names;
}

function pick(row: FixtureRow, names: readonly string[]): FixtureRow {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}
