import type { DigestGroup, KeyRange, KeySplit } from '../ports/digest.ts';
import type { Column } from '../sql/column-type.ts';
import { hasNumericKey, isRangeable } from './canonical-text.ts';
import { compareDigests, emptyDigest } from './compare-digests.ts';

/** Both sides of a comparison, to be asked about groups of their rows. */
export interface ComparedSides {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly source: (split: KeySplit) => Promise<readonly DigestGroup[]>;
  readonly lake: (split: KeySplit) => Promise<readonly DigestGroup[]>;
  /** Keys of the lake that cut its rows within some ranges into equal parts. */
  readonly bounds: (column: string, within: readonly KeyRange[], parts: number) => Promise<readonly string[]>;
}

/** Where two sides differ. */
export interface DifferingRanges {
  /** One range for each key column that was needed to tell; none where the rows have no key. */
  readonly ranges: readonly KeyRange[];
  /** The columns that differ within. */
  readonly columns: readonly string[];
  /** How many other ranges of about the first cut's size differ, too. */
  readonly others: number;
}

const PARTS = 32;
const ROUNDS = 4;

/** Narrows a difference down: cuts the rows by key, keeps the first part that differs, and cuts that again. */
export async function findKeyRanges(sides: ComparedSides): Promise<DifferingRanges | undefined> {
  let found: DifferingRanges | undefined;
  for (const name of sides.key) {
    const column = sides.columns.find((candidate) => candidate.name === name);
    if (column === undefined || !isRangeable(column)) return found;
    const next = await narrow(sides, column, found);
    if (next === undefined) return found;
    found = next;
    const range = next.ranges.at(-1);
    // The next column of the key says more only about rows that agree in this one.
    if (range === undefined || range.least !== range.greatest) return found;
  }
  return found;
}

async function narrow(sides: ComparedSides, column: Column, outer: DifferingRanges | undefined): Promise<DifferingRanges | undefined> {
  const fixed = outer?.ranges ?? [];
  let found: DifferingRanges | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const before = found?.ranges.at(-1);
    const within = before === undefined ? fixed : [...fixed, before];
    const cut = await cutOnce(sides, column, within);
    if (cut === undefined) return found;
    found = { ranges: [...fixed, cut.range], columns: cut.columns, others: outer?.others ?? found?.others ?? cut.others };
    const isDone = cut.range.least === cut.range.greatest;
    if (isDone || (before?.least === cut.range.least && before.greatest === cut.range.greatest)) return found;
  }
  return found;
}

interface Cut {
  readonly range: KeyRange;
  readonly columns: readonly string[];
  readonly others: number;
}

async function cutOnce(sides: ComparedSides, column: Column, within: readonly KeyRange[]): Promise<Cut | undefined> {
  const bounds = await sides.bounds(column.name, within, PARTS);
  const split: KeySplit = { column: column.name, bounds, within };
  const [source, lake] = await Promise.all([sides.source(split), sides.lake(split)]);
  const differing = pairUp(source, lake, sides.columns).filter(({ difference }) => difference !== undefined);
  const [first] = differing.filter(({ ends }) => ends.length > 0);
  if (first === undefined) return undefined;
  const order = hasNumericKey(column) ? compareNumbers : compareTexts;
  const ends = [...first.ends].sort(order);
  const [least = '', greatest = ''] = [ends[0], ends.at(-1)];
  const columns = first.difference?.columns ?? [];
  return { range: { column: column.name, least, greatest }, columns, others: differing.length - 1 };
}

function pairUp(source: readonly DigestGroup[], lake: readonly DigestGroup[], columns: readonly Column[]) {
  const numbers = [...new Set([...source, ...lake].map(({ group }) => group))].sort((a, b) => a - b);
  const none = emptyDigest(
    columns.map(({ name }) => name),
    true,
  );
  return numbers.map((group) => {
    const [a, b] = [source, lake].map((side) => side.find((candidate) => candidate.group === group));
    const ends = [a?.least, a?.greatest, b?.least, b?.greatest].filter((end) => end !== undefined);
    return { difference: compareDigests(a ?? none, b ?? none), ends };
  });
}

// Of one scale, as both engines write them.
function compareNumbers(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => BigInt(text.replace('.', '')));
  if (x === undefined || y === undefined || x === y) return 0;
  return x < y ? -1 : 1;
}

// By code points, as engines order UTF-8.
function compareTexts(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((character, i) => character !== y[i]);
  if (at < 0) return x.length - y.length;
  return (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? -1);
}
