import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, dayOf, daysBetween, logicalDate } from './logical-date.ts';

it.each(['2024-02-29', '2010-12-01', '1999-12-31'])('takes %s', (text) => {
  expect(logicalDate(text)).toBe(text);
});

it.each(['2023-02-29', '2024-13-01', '2024-1-5', '2024-01-15T00:00:00Z', '15.01.2024', '', 'today', '2024-01-32', '../../etc/x'])(
  'refuses %j and says how a date is written',
  (text) => {
    expect(() => logicalDate(text)).toThrow(expect.objectContaining({ code: 'cli/usage', hint: 'Write a date as YYYY-MM-DD.' }));
  },
);

it('is the day in UTC, wherever the process runs', () => {
  expect(dayOf(new Date('2024-01-15T23:59:59.999Z'))).toBe('2024-01-15');
  expect(dayOf(new Date('2024-01-16T00:30:00+01:00'))).toBe('2024-01-15');
});

const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map(dayOf);

it('counts days through months, leap days and years', () => {
  expect(addDays(logicalDate('2024-02-28'), 2)).toBe('2024-03-01');
  expect(addDays(logicalDate('2024-01-01'), -1)).toBe('2023-12-31');
  fc.assert(fc.property(day, fc.integer({ min: -2000, max: 2000 }), (from, n) => addDays(addDays(from, n), -n) === from));
});

it('lists every day between two, both included, in order', () => {
  expect(daysBetween(logicalDate('2024-02-28'), logicalDate('2024-03-01'))).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
  expect(daysBetween(logicalDate('2024-01-02'), logicalDate('2024-01-01'))).toEqual([]);
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 500 }), (from, n) => {
      const days = daysBetween(from, addDays(from, n));
      expect(days).toHaveLength(n + 1);
      expect(days).toEqual([...new Set(days)].sort());
    }),
  );
});
