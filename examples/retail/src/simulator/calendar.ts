const DAY_MS = 86_400_000;

/** The number of days from `from` to `to`. @throws RangeError if either is not a `YYYY-MM-DD` day. */
export function daysFrom(from: string, to: string): number {
  return Math.round((timeOf(to) - timeOf(from)) / DAY_MS);
}

/** The day `days` after `day`. */
export function dayAfter(day: string, days: number): string {
  return new Date(timeOf(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** True on Saturdays and Sundays. */
export function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(timeOf(day)).getUTCDay());
}

/** A timestamp literal's text: `minute` minutes and `second` seconds after midnight. */
export function timestampAt(day: string, minute: number, second = 0): string {
  return new Date(timeOf(day) + minute * 60_000 + second * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function timeOf(day: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new RangeError(`\`${day}\` is not a day; write YYYY-MM-DD.`);
  return time;
}
