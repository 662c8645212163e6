import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import { changelogKey } from '../layers/bronze/bronze-dataset.ts';
import { DELETED_COLUMN } from '../layout/deleted-column.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Column } from '../sql/column-type.ts';
import type { EdgeValues } from './edge-values.ts';
import type { UsefulValues } from './learn-values.ts';
import { findLiterals } from './literals.ts';
import type { Random } from './random.ts';
import { openPools } from './value-pool.ts';

/** Rows for each input of a dataset. */
export type Given = Readonly<Record<string, readonly FixtureRow[]>>;

/** How to make input rows. */
export interface Generation {
  /** Rows of each input. */
  readonly rows: number;
  /** True: no values that may fail a whole build. */
  readonly isTame: boolean;
  /** Which values are known not to be refused; absent: nothing is known. */
  readonly useful?: UsefulValues;
}

const BATCHES = 3;
const NULLS = 0.08;
const RARES = 0.05;
const USEFUL = 0.8;
const DELETED = 0.15;
const DRAWS = 12;

/**
 * Chooses the values of one round, aimed at the edges of types and at the constants of the dataset's SQL, and gives a function
 * that makes input rows of them, as often as it is called.
 */
export function openRound(graph: Graph, dataset: GraphDataset, day: LogicalDate, random: Random): (generation: Generation) => Given {
  const pool = openPools(findLiterals(dataset), day, random);
  const inputs = dataset.inputs.flatMap((name) => findDataset(graph, name) ?? []);
  return (generation) => Object.fromEntries(inputs.map((input) => [input.name, generateRows(input, pool, { ...generation, random })]));
}

interface Drawing extends Generation {
  readonly random: Random;
}

// What an input's own key and mode promise is kept: there, no difference could ever be seen.
function generateRows(input: GraphDataset, pool: (column: Column) => EdgeValues, generation: Drawing): readonly FixtureRow[] {
  const key = keyOf(input);
  const isUnique = input.layer !== 'bronze';
  const taken = new Set<string>();
  const rows: FixtureRow[] = [];
  for (let i = 0; i < generation.rows; i++) {
    for (let draw = 0; draw < DRAWS; draw++) {
      const row = Object.fromEntries(
        input.columns.map((column) => [column.name, drawCell(input, column, pool(column), generation, key.includes(column.name))]),
      );
      const id = JSON.stringify(key.map((name) => row[name]));
      if (isUnique && key.length > 0 && taken.has(id)) continue;
      taken.add(id);
      rows.push(withBatch(input, row, generation.random));
      break;
    }
  }
  return rows;
}

function keyOf(input: GraphDataset): readonly string[] {
  return input.layer === 'bronze' ? (changelogKey(input) ?? []) : (input.key ?? []);
}

function withBatch(input: GraphDataset, row: FixtureRow, random: Random): FixtureRow {
  if (input.layer !== 'bronze' || input.mode.kind === 'full') return row;
  return { ...row, _batch: String(1 + random.below(BATCHES)) };
}

function drawCell(
  input: GraphDataset,
  { name }: Column,
  { common, rare }: EdgeValues,
  { random, isTame, useful }: Drawing,
  isKey: boolean,
): string | null {
  if (name === DELETED_COLUMN.name) return String(random.next() < DELETED);
  const known = useful?.get(`${input.name}.${name}`);
  const isNull = random.next() < (known?.has(null) === false ? NULLS / 4 : NULLS);
  if (isNull && !isKey) return null;
  const isRare = random.next() < RARES;
  const values = isRare && !isTame ? rare : common;
  const good = values.filter((value) => known?.has(value) !== false);
  const from = good.length > 0 && random.next() < USEFUL ? good : values;
  // The first ones more often: rows that share a value make groups and ties.
  return from[Math.floor(from.length * random.next() ** 2)] ?? common[0] ?? null;
}
