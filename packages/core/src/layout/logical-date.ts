import { SnowmeltError } from '../errors/snowmelt-error.ts';

declare const brand: unique symbol;

/** A day, `YYYY-MM-DD`, in UTC. Every run and every partition has one. */
export type LogicalDate = string & { readonly [brand]: 'LogicalDate' };

const DAY_MS = 86_400_000;

/** Makes a logical date. @throws cli/usage if `text` is not a day of the calendar. */
export function logicalDate(text: string): LogicalDate {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new SnowmeltError('cli/usage', { message: `\`${text}\` is not a date.`, hint: 'Write a date as YYYY-MM-DD.' });
  }
  return text as LogicalDate;
}

/** The day on which `instant` falls in UTC. */
export function dayOf(instant: Date): LogicalDate {
  return instant.toISOString().slice(0, 10) as LogicalDate;
}

/** The day `days` after `date` (before, if negative). */
export function addDays(date: LogicalDate, days: number): LogicalDate {
  return dayOf(new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS));
}

/** Every day from `from` to `to`, both included. */
export function daysBetween(from: LogicalDate, to: LogicalDate): LogicalDate[] {
  const days: LogicalDate[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}
