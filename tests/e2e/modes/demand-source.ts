import fc from 'fast-check';
import { expect } from 'vitest';
import type { ExtractSettings } from './declare-extract.ts';
import { type Change, histories, type Row } from './history.ts';
import type { BronzeRow, Ending, Lab } from './lab.ts';

/** Rows in the order of their keys. */
export const byId = (rows: readonly Row[]) =>
  rows.map(({ id, value, at }) => ({ id, value, at })).sort((a, b) => a.id - b.id || a.value - b.value);

/** A changelog counts up to the source: each state that came and is no more was said to be no more, exactly once. */
function sumOf(rows: readonly BronzeRow[]): readonly Row[] {
  const counts = new Map<string, number>();
  for (const { id, value, at, isDeleted } of rows) {
    const state = JSON.stringify({ id, value, at });
    counts.set(state, (counts.get(state) ?? 0) + (isDeleted ? -1 : 1));
  }
  expect([...counts.values()].filter((count) => count !== 0 && count !== 1)).toEqual([]);
  return byId([...counts].flatMap(([state, count]) => (count === 1 ? [JSON.parse(state)] : [])));
}

/** Of each key, the rows of the newest batch that has it. */
function mergeByBatch(rows: readonly BronzeRow[]): readonly Row[] {
  const newest = new Map<number, number>();
  for (const { id, batch } of rows) newest.set(id, Math.max(batch, newest.get(id) ?? 0));
  return byId(rows.filter(({ id, batch, isDeleted }) => newest.get(id) === batch && !isDeleted));
}

/** Of each key, the row that says the latest time; rows that came twice are found by their value, which no two states share. */
export function mergeByTime(rows: readonly BronzeRow[]): readonly Row[] {
  const states = rows.map(({ value }) => value);
  expect(new Set(states).size).toBe(states.length);
  const latest = new Map<number, Row>();
  for (const row of [...rows].sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || a.value - b.value)) latest.set(row.id, row);
  return byId([...latest.values()]);
}

function expectRuns({ runs }: Ending, { mode, nulls }: ExtractSettings): void {
  for (const { record, messages, lostBatches } of runs) {
    const codes = record?.steps.flatMap(({ error }) => error?.code ?? []) ?? [];
    const mayFail = (mode === 'window' || mode === 'keys-diff') && nulls === 'fail';
    expect(codes.filter((code) => !(mayFail && code === 'source/null-watermark'))).toEqual([]);
    // Nothing is thrown away without a word.
    if (mode === 'changes' && lostBatches > 0) expect(messages.map(({ code }) => code)).toContain('extract/restarted');
    if (mode !== 'changes' && mode !== 'full') expect(lostBatches).toBe(0);
  }
  expect(runs.at(-1)?.record?.status).toBe('done');
}

/** What a property is made of. */
export interface Model {
  /** What may be done to rows. */
  readonly kinds: readonly Change['kind'][];
  readonly settings: ExtractSettings;
  /** Makes the table of what was extracted. */
  readonly merged: (rows: readonly BronzeRow[]) => readonly Row[];
  readonly numRuns: number;
}

/** Demands of random histories that what was extracted is the source, once it has gone quiet. */
export async function demandSource(lab: Lab, { kinds, settings, merged, numRuns }: Model): Promise<void> {
  const play = fc.asyncProperty(histories(kinds), async (acts) => {
    const ending = await lab.play(acts, settings);
    expectRuns(ending, settings);
    expect(merged(ending.bronze)).toEqual(byId(ending.source));
  });
  await fc.assert(play, { numRuns, seed: 20240115, endOnFailure: settings.sabotage !== undefined });
}

/** Merges a changelog by key, and holds that against what its rows add up to. */
export function mergeChangelog(rows: readonly BronzeRow[]): readonly Row[] {
  const merged = mergeByBatch(rows);
  expect(sumOf(rows)).toEqual(merged);
  return merged;
}
