import type { Batch, TableState } from '../../lake/commit.ts';
import { addDays, type LogicalDate } from '../../layout/logical-date.ts';
import type { ExtractWindow } from '../../ports/source.ts';
import type { BronzeMode } from './bronze-dataset.ts';

/** What is read again, and what it takes the place of. */
export interface Refetch {
  /** The partition that it goes to. */
  readonly day: LogicalDate;
  readonly window: ExtractWindow;
  readonly replaces: readonly string[];
  readonly listsKeys: boolean;
}

/**
 * How a day that was extracted is read again, by mode; undefined where there is nothing that could be. Both ends are those
 * of the day's own batches, which the new one replaces whole: so no row is lost and none is there twice, with or without a
 * key. Only of `keys-diff` nothing is replaced: what is read is the source's present, which belongs behind all there is.
 */
export function chooseRefetch(mode: BronzeMode, state: TableState, day: LogicalDate): Refetch | undefined {
  const batches = state.partitions.get(day)?.batches ?? [];
  const newest = [...state.partitions.keys()].at(-1);
  switch (mode.kind) {
    case 'full':
      // The source has no past: an older extract cannot be had again.
      return day === newest ? { day, window: { kind: 'full' }, replaces: idsOf(batches), listsKeys: false } : undefined;
    case 'changes': {
      const ends = endsOf(batches);
      return (
        ends && { day, window: { kind: 'changes', ...ends, onGap: 'fail', isExact: true }, replaces: idsOf(batches), listsKeys: false }
      );
    }
    case 'window': {
      const ends = endsOf(batches);
      return ends && { day, window: { ...mode, ...ends }, replaces: idsOf(batches), listsKeys: false };
    }
    case 'keys-diff': {
      if (newest === undefined) return undefined;
      const ends = { low: `${day}T00:00:00.000Z`, until: `${addDays(day, 1)}T00:00:00.000Z`, lagSeconds: mode.lagSeconds };
      return { day: newest, window: { ...mode, kind: 'window', ...ends }, replaces: [], listsKeys: day >= newest };
    }
  }
}

function endsOf(batches: readonly Batch[]) {
  const [low, high] = [batches[0]?.window.low, batches.at(-1)?.window.high];
  if (high === undefined || low === high) return undefined;
  return { ...(low === undefined ? {} : { low }), until: `${high.replace(' ', 'T')}Z`, lagSeconds: 0 };
}

function idsOf(batches: readonly Batch[]): readonly string[] {
  return batches.map(({ id }) => id);
}
