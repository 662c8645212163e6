import * as z from 'zod';

/** A length of time as people write it. */
export const duration = z.string().regex(/^\d+ (second|minute|hour|day)s?$/, 'must be a number and a unit, e.g. `10 minutes`');

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/** The seconds in a {@link duration}. */
export function secondsIn(text: string): number {
  const [amount = '0', unit = 'second'] = text.split(' ');
  return Number(amount) * (UNIT_SECONDS[unit.replace(/s$/, '')] ?? 1);
}
