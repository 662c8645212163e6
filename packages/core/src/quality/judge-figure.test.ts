import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logicalDate } from '../layout/logical-date.ts';
import type { AnomalyBound, ChangeBound, FigureSource } from './check.ts';
import type { DatedFigure } from './figure-history.ts';
import { judgeFigure } from './judge-figure.ts';

const rows: FigureSource = { measure: 'rows', title: 'rows' };
const mean: FigureSource = { measure: 'mean(x)', title: 'mean(x)' };
const change: ChangeBound = { maxPercent: 50, direction: 'both', against: 'previous' };
const anomaly: AnomalyBound = {
  sensitivity: 4,
  history: 28,
  minHistory: 7,
  ignoreBelowPercent: 5,
  direction: 'both',
  seasonality: 'none',
};

/** Figures of the days before `DAY`, the last one of the day before. */
const DAY = '2024-03-15';
const before = (...values: readonly number[]): readonly DatedFigure[] =>
  values.map((value, index) => ({ day: dayBefore(values.length - index), value }));
const dayBefore = (days: number) => logicalDate(new Date(Date.parse(DAY) - days * 86_400_000).toISOString().slice(0, 10));
const context = (values: readonly number[], replaced?: number) => ({ day: DAY, before: before(...values), replaced });
const judge = (expects: object, value: number | null, values: readonly number[] = [], replaced?: number, figure = rows) =>
  judgeFigure({ kind: 'figure', figure, ...expects }, value, context(values, replaced));

describe('bounds', () => {
  it('include both ends', () => {
    expect([1, 2].map((value) => judge({ min: 1, max: 2 }, value))).toEqual([undefined, undefined]);
    expect(judge({ min: 1 }, 0)).toBe('0 rows, expected at least 1');
    expect(judge({ max: 2000 }, 2001)).toBe('2,001 rows, expected at most 2,000');
  });

  it('hold for no figure and for NaN never', () => {
    expect(judge({ min: 1 }, null, [], undefined, mean)).toBe('no row has a value for mean(x)');
    expect(judge({ max: 1 }, Number.NaN, [], undefined, mean)).toContain('expected at most 1');
  });

  it('show no value of a row', () => {
    const least = { ...mean, title: 'min(x)', isValue: true } as const;
    expect(judge({ min: 0 }, -4711, [], undefined, least)).toBe('min(x), expected at least 0');
    expect(judge({ anomaly }, -4711, Array(9).fill(3), undefined, least)).not.toMatch(/4711|4,711| 3/);
  });
});

describe('change', () => {
  it.each([
    [150, undefined],
    [50, undefined],
    [151, '151 rows, 51 % more than 2024-03-14; expected at most 50 %'],
    [49, '49 rows, 51 % less than 2024-03-14; expected at most 50 %'],
  ])('from 100 to %d', (value, expected) => expect(judge({ change }, value, [7, 100])).toBe(expected));

  it('may be one way', () => {
    expect(judge({ change: { ...change, direction: 'drop' } }, 900, [100])).toBeUndefined();
    expect(judge({ change: { ...change, direction: 'rise' } }, 1, [100])).toBeUndefined();
    expect(judge({ change: { ...change, direction: 'rise' } }, 900, [100])).toBeDefined();
  });

  it('passes where there is nothing to compare with, and looks past empty days', () => {
    expect(judge({ change }, 5)).toBeUndefined();
    expect(judge({ change }, 5, [0, 0])).toBeUndefined();
    expect(judge({ change }, 5, [100, 0])).toContain('95 % less than 2024-03-13');
  });

  it('of a negative figure is measured by its size', () => {
    expect(judge({ change }, -160, [-100], undefined, mean)).toContain('60 % less');
    expect(judge({ change }, -140, [-100], undefined, mean)).toBeUndefined();
  });

  it('may be against what is replaced', () => {
    const replaced = { change: { ...change, against: 'replaced' } };
    expect(judge(replaced, 10, [10], 100)).toContain('90 % less than what it would replace');
    expect(judge(replaced, 10, [100])).toBeUndefined();
  });
});

describe('an anomaly', () => {
  const usual = [100, 103, 97, 101, 99, 102, 98];

  it('is far from the median, by the spread of the partitions before', () => {
    expect(judge({ anomaly }, 110, usual)).toBeUndefined();
    expect(judge({ anomaly }, 113, usual)).toMatch(/^113 rows, outside what 7 partitions before let expect: 88.* to 111/);
    expect(judge({ anomaly }, 85, usual)).toBeDefined();
    expect(judge({ anomaly: { ...anomaly, direction: 'rise' } }, 85, usual)).toBeUndefined();
  });

  it('needs a history', () => {
    expect(judge({ anomaly }, 1_000_000, usual.slice(1))).toBeUndefined();
  });

  it('is not made of nothing where all were equal', () => {
    const equal = Array<number>(10).fill(100);
    expect([95, 105].map((value) => judge({ anomaly }, value, equal))).toEqual([undefined, undefined]);
    expect(judge({ anomaly }, 106, equal)).toBeDefined();
    expect(judge({ anomaly: { ...anomaly, ignoreBelowPercent: 0 } }, 101, equal)).toBeDefined();
  });

  it('is seen behind an incident', () => {
    expect(judge({ anomaly }, 130, [...usual, 100_000, 0])).toBeDefined();
  });

  it('looks at the last partitions, or at those of the same day of the week', () => {
    const grown = [...Array<number>(30).fill(1), ...usual];
    expect(judge({ anomaly: { ...anomaly, history: 7 } }, 101, grown)).toBeUndefined();
    // A Friday; Fridays have 10, other days 1000.
    const weeks = Array.from({ length: 56 }, (_, index) => (index % 7 === 0 ? 10 : 1000));
    const weekday = { anomaly: { ...anomaly, seasonality: 'weekday' } };
    expect([judge(weekday, 10, weeks), judge({ anomaly }, 10, weeks)]).toEqual([undefined, expect.any(String)]);
    expect(judge(weekday, 1000, weeks)).toBeDefined();
  });

  it('never is what the partitions before have in the middle, and does not depend on their order', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 7, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.integer({ min: -5000, max: 5000 }), (history, value) => {
        const middle = [...history].sort((a, b) => a - b)[history.length >> 1] ?? 0;
        if (history.length % 2 === 1) expect(judge({ anomaly }, middle, history)).toBeUndefined();
        expect(judge({ anomaly }, value, history)).toBe(judge({ anomaly }, value, [...history].reverse()));
      }),
      { seed: 11 },
    );
  });
});
