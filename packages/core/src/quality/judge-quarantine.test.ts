import { describe, expect, it } from 'vitest';
import { datasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { judgeQuarantine, percentOf } from './judge-quarantine.ts';

const NAME = datasetName('silver', 'facts');
const day = (n: number, rowsRefused: number, rowsRead: number) => ({ day: logicalDate(`2026-01-0${n}`), rowsRefused, rowsRead });

describe('the budget of a quarantine', () => {
  it('is that of each partition, whatever else is made with it', () => {
    expect(judgeQuarantine(NAME, [day(1, 0, 1_000_000), day(2, 1, 100)], 5)).toBeUndefined();
    expect(() => judgeQuarantine(NAME, [day(1, 0, 1_000_000), day(2, 6, 100)], 5)).toThrow(
      expect.objectContaining({
        code: 'quality/quarantine-budget',
        message: 'silver.facts was not published: 6 of 100 rows of 2026-01-02 (6.0 %) were refused, the budget is 5 %.',
        at: { dataset: NAME },
      }),
    );
  });

  it('may be used up to the last row', () => {
    expect(judgeQuarantine(NAME, [day(1, 5, 100)], 5)).toMatchObject({ rowsRefused: 5, days: 1 });
    expect(() => judgeQuarantine(NAME, [day(1, 501, 10_000)], 5)).toThrow('5.0 %');
    expect(judgeQuarantine(NAME, [day(1, 100, 100)], 100)).toMatchObject({ days: 1 });
    expect(() => judgeQuarantine(NAME, [day(1, 1, 100)], 0)).toThrow('the budget is 0 %');
    expect(judgeQuarantine(NAME, [day(1, 0, 100), day(2, 0, 0)], 0)).toBeUndefined();
    expect(judgeQuarantine(NAME, [day(1, 100, 100)], undefined)).toBeUndefined();
  });

  it('says how near the nearest partition is, from four fifths on', () => {
    expect(judgeQuarantine(NAME, [day(1, 39, 1000)], 5)).toBeUndefined();
    expect(judgeQuarantine(NAME, [day(1, 40, 1000), day(2, 45, 1000), day(3, 1, 1000)], 5)).toEqual({
      ...day(2, 45, 1000),
      maxPercent: 5,
      days: 2,
    });
  });

  it('names the worst days where many are over it', () => {
    const days = [1, 2, 3, 4, 5].map((n) => day(n, n * 10, 100));
    expect(() => judgeQuarantine(NAME, days, 5)).toThrow(
      '50 of 100 rows of 2026-01-05 (50.0 %), 40 of 100 rows of 2026-01-04 (40.0 %), 30 of 100 rows of 2026-01-03 (30.0 %) and of 2 more days',
    );
  });
});

it('never says that nothing was refused where something was', () => {
  expect([percentOf(0, 10), percentOf(1, 100_000), percentOf(1, 3), percentOf(0, 0)]).toEqual(['0.0 %', '< 0.1 %', '33.3 %', '']);
});
