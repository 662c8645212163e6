import { expect, it } from 'vitest';
import { isFormatFault, readDateFormat } from './date-format.ts';

it.each([
  ['YYYY-MM-DD', { hasDate: true, hasTime: false, months: 'number', isHalfDay: false, iso: [1, '-', 2, '-', 3] }],
  ['dd/mm/yyyy hh24:mi:ss.ff3', { hasTime: true, iso: [3, '-', 2, '-', 1, ' ', 4, ':', 5, ':', 6, '.', 7] }],
  ['HH12:MI PM', { hasDate: false, hasTime: true, isHalfDay: true, ignoresCase: true, iso: [1, ':', 2] }],
  ['DD MON YYYY', { months: 'short', ignoresCase: true }],
  ['DD MMMM YYYY', { months: 'long' }],
])('reads %s', (format, expected) => {
  expect(readDateFormat(format)).toMatchObject(expected);
});

it('wants all digits of numbers that nothing separates', () => {
  expect(readDateFormat('YYYYMMDD')).toMatchObject({ pattern: '([0-9]{4})([0-9]{2})([0-9]{2})' });
  expect(readDateFormat('YYYY-MM-DD')).toMatchObject({ pattern: '([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})' });
});

it.each([
  ['YY-MM-DD', 'does not say which century'],
  ['YYYY-MM-DD TZH:TZM', 'cannot read offsets'],
  ['YYYY-MM-DE', '`DE` is not an element'],
  ['YYYY-MM', 'does not say which day'],
  ['YYYY-MM-DD DD', 'says the day twice'],
  ['HH24', 'does not say what time'],
  ['YYYY-MM-DD MI:SS', 'does not say what time'],
  ['HH12:MI', 'only one of HH12 and AM'],
  ['HH24:MI AM', 'only one of HH12 and AM'],
  ['---', 'has no date and no time'],
  ['', 'has no date and no time'],
])('%s is no format', (format, message) => {
  const read = readDateFormat(format);
  expect(isFormatFault(read) && `${read.message} ${read.hint}`).toContain(message);
});
