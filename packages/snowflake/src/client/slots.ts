import { SnowmeltError } from '@snowmelt/core/ports';

/** A bound on what runs at the same time; the rest waits in order. */
export interface Slots {
  /** Does `act` as soon as there is room. @throws run/interrupted when `signal` aborts while it waits */
  run<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T>;
}

/** Makes a bound of `limit`. */
export function limitSlots(limit: number): Slots {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const take = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw stopped();
    if (taken < limit) {
      taken += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(stopped());
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(enter);
    });
  };
  // A slot is handed on rather than given back, so that nobody who comes later gets in between.
  const giveBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };
  return {
    async run(signal, act) {
      await take(signal);
      try {
        return await act();
      } finally {
        giveBack();
      }
    },
  };
}

function stopped(): SnowmeltError {
  return new SnowmeltError('run/interrupted', { message: 'Reading from Snowflake was stopped.' });
}
