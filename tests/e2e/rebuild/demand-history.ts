import { expect } from 'vitest';
import type { Row } from './history.ts';
import { timeText } from './scripted-source.ts';
import type { Ending } from './theatre.ts';

/** One version of a row, as the history has it. */
interface Version {
  readonly id: string;
  readonly row: string;
  readonly from: string;
  readonly to: string | undefined;
  readonly isCurrent: boolean;
}

const COLUMNS = 5;
const LATER = '9999';

/** Demands that what is valid in the history at any time is what was so, once, and at the end what the snapshot holds. */
export function demandHistory({ grown, states }: Ending, seesDeletes: boolean): void {
  const versions = (grown['silver.items_history'] ?? []).map(readVersion);
  for (const id of new Set(versions.map((version) => version.id))) {
    demandOrder(
      versions.filter((version) => version.id === id),
      seesDeletes,
    );
  }
  const current = versions.filter(({ isCurrent }) => isCurrent).map(({ row }) => row);
  expect(current.sort()).toEqual((grown['silver.items_snapshot'] ?? []).map(firstColumns).sort());
  for (const { at, rows } of seesDeletes ? states : []) {
    const time = timeText(at);
    const valid = versions.filter(({ from, to }) => from <= time && (to === undefined || to > time)).map(({ row }) => row);
    expect([time, valid.sort()]).toEqual([
      time,
      rows
        .filter(({ value }) => value <= 90)
        .map(textOf)
        .sort(),
    ]);
  }
}

// Without deletes there is no time in which a row was not; with them there may be, but it never is two rows at a time.
function demandOrder(versions: readonly Version[], seesDeletes: boolean): void {
  const sorted = [...versions].sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [at, { from, to, isCurrent }] of sorted.entries()) {
    const next = sorted[at + 1]?.from;
    expect([isCurrent, from < (to ?? LATER)]).toEqual([to === undefined, true]);
    if (next !== undefined) expect(seesDeletes ? (to ?? LATER) <= next : to === next).toBe(true);
  }
}

const firstColumns = (text: string): string => text.split('|').slice(0, COLUMNS).join('|');

function readVersion(text: string): Version {
  const cells = text.split('|');
  const [from = '', to = '', isCurrent] = cells.slice(-3);
  return { id: cells[0] ?? '', row: firstColumns(text), from, to: to === '' ? undefined : to, isCurrent: isCurrent === 'true' };
}

function textOf({ id, team, value, day, changed }: Row): string {
  return [id, team?.toUpperCase() ?? '', value, timeText(day * 86_400), timeText(changed)].join('|');
}
