import { type Clock, SnowmeltError } from '@snowmelt/core/ports';

/** A clock that moves when it is told to. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** How long each sleep so far was asked to take. */
  readonly sleeps: readonly number[];
}

/** A clock that stands at `start`. A sleep moves it on and is over at once; identifiers are counted. */
export function manualClock(start = '2024-01-15T00:00:00.000Z'): ManualClock {
  let nowMs = Date.parse(start);
  let ids = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(nowMs),
    advance: (ms) => {
      nowMs += ms;
    },
    sleep: async (ms, signal) => {
      if (signal.aborted) throw new SnowmeltError('run/interrupted', { message: 'Stopped while waiting.' });
      sleeps.push(ms);
      nowMs += ms;
    },
    newId: () => {
      ids += 1;
      return `id${String(ids).padStart(6, '0')}`;
    },
  };
}
