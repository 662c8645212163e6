import { addDays, type Clock, dayOf, type LogicalDate, logicalDate } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';

/** The date that an option names, or the last whole day. @throws cli/usage */
export function readDate(invocation: Invocation, option: string, clock: Pick<Clock, 'now'>): LogicalDate {
  const text = readText(invocation, option);
  return text === undefined ? addDays(dayOf(clock.now()), -1) : logicalDate(text);
}
