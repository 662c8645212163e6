import type { GraphDataset } from '../compile/graph.ts';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Given } from './generate-given.ts';

/** For each column of an input, `dataset.column`, the values that rules let through; null: no value. */
export type UsefulValues = ReadonlyMap<string, ReadonlySet<string | null>>;

// A value that is nearly always blamed is refused for itself; one that is blamed now and then only stood beside such a one.
const BLAMED = 0.9;

/** Learns from the refused rows of a first build which values pass, so that later rows are not all refused. */
export function learnValues(dataset: GraphDataset, given: Given, refused: readonly FixtureRow[]): UsefulValues {
  const blamed = countEach(refused.flatMap((row) => blamedCells(dataset, row)));
  const useful = new Map<string, Set<string | null>>();
  for (const [input, rows] of Object.entries(given)) {
    for (const name of Object.keys(rows[0] ?? {})) {
      const column = `${input}.${name}`;
      const counts = countEach(rows.map((row) => row[name] ?? null));
      const good = [...counts].flatMap(([value, count]) => ((blamed.get(cellOf(column, value)) ?? 0) < BLAMED * count ? [value] : []));
      if (good.some((value) => value !== null)) useful.set(column, new Set(good));
    }
  }
  return useful;
}

function countEach<T>(items: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

// `_reasons` names columns as they are called afterwards; lineage says which they were.
function blamedCells(dataset: GraphDataset, row: FixtureRow): readonly string[] {
  const columns = (row['_reasons'] ?? '').split(', ').map((reason) => reason.split(': ')[0] ?? '');
  const sources = [...new Set(columns)].flatMap((column) => dataset.lineage[column] ?? []);
  return [...new Set(sources.map((source) => cellOf(`${source.dataset}.${source.column}`, row[source.column] ?? null)))];
}

// An engine gives back 1.500 for 1.5, and the seconds of a time without zeros behind them.
function cellOf(column: string, value: string | null): string {
  const number = value === null || value.trim() !== value || value === '' ? Number.NaN : Number(value);
  return JSON.stringify([column, Number.isNaN(number) ? value : number]);
}
