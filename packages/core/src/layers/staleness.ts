import type { TableState } from '../lake/commit.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { DatasetBase } from './dataset-base.ts';
import { definitionChanged } from './definition-parts.ts';
import type { InputMove } from './inputs.ts';

/** What the ledger knows of something that may have to be built. */
export interface Standing {
  /** The table; version 0: it does not exist. */
  readonly state: TableState;
  /** Fingerprint of what is there; undefined: nothing is. */
  readonly built: string | undefined;
  readonly dataset: DatasetBase;
  /** Inputs that were written since. */
  readonly changed: readonly InputMove[];
  /** The partition in question, if it is one. */
  readonly day?: LogicalDate;
  /** A snapshot with a later one behind it: a record of what was known then, which later knowledge does not change. */
  readonly isPast?: boolean;
}

/** Why it must be built, in words; undefined if it is current. */
export function reasonToBuild({ state, built, dataset, changed, day, isPast }: Standing): string | undefined {
  if (state.version === 0) return 'missing: never built';
  if (built === undefined) return `missing: no partition for ${day}`;
  if (built !== dataset.fingerprint) return `stale: ${definitionChanged(dataset, state)}`;
  return changed.length === 0 || isPast === true ? undefined : `stale: ${describeMoves(changed)}`;
}

/** `silver.orders moved from version 3 to 5`; of several moves of an input (one a day) the widest. */
export function describeMoves(moves: readonly InputMove[]): string {
  const byName = new Map<string, InputMove>();
  for (const move of moves) {
    const { from, to } = byName.get(move.name) ?? move;
    byName.set(move.name, { name: move.name, from: Math.min(from, move.from), to: Math.max(to, move.to) });
  }
  return [...byName.values()]
    .map(({ name, from, to }) => (from === 0 ? `${name} came to version ${to}` : `${name} moved from version ${from} to ${to}`))
    .join(', ');
}
