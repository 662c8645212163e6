import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Given } from './generate-given.ts';

/** One row of one input. */
export interface GivenRow {
  readonly input: string;
  readonly row: FixtureRow;
}

/** The rows of all inputs as one list. */
export function listRows(given: Given): readonly GivenRow[] {
  return Object.entries(given).flatMap(([input, rows]) => rows.map((row) => ({ input, row })));
}

/** Puts rows back to their inputs. */
export function joinRows(rows: readonly GivenRow[]): Given {
  const given = new Map<string, FixtureRow[]>();
  for (const { input, row } of rows) given.set(input, [...(given.get(input) ?? []), row]);
  return Object.fromEntries(given);
}
