import type { SpooledColumn } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { column } from '../../test-support/fake-sql-api.ts';
import type { ResultColumn } from '../client/result-metadata.ts';
import { markExactNumbers } from './exact-numbers.ts';

const spooled = (type: SpooledColumn['type'], encoding: SpooledColumn['encoding'] = 'text'): SpooledColumn => ({
  name: 'c',
  type,
  encoding,
});
const isExact = (of: SpooledColumn, described: ResultColumn): boolean => markExactNumbers([of], [described])[0]?.hasExactNumbers === true;

describe('markExactNumbers', () => {
  it.each([
    ['a decimal of the same scale', spooled({ kind: 'decimal', precision: 12, scale: 2 }), column('C', 'fixed', 12, 2), true],
    ['fewer decimals than the type has', spooled({ kind: 'decimal', precision: 12, scale: 2 }), column('C', 'fixed', 38, 0), true],
    ['more decimals than the type has', spooled({ kind: 'decimal', precision: 12, scale: 2 }), column('C', 'fixed', 12, 3), false],
    ['an integer', spooled({ kind: 'bigint' }), column('C', 'fixed', 38, 0), true],
    ['decimals for an integer', spooled({ kind: 'bigint' }), column('C', 'fixed', 38, 1), false],
    ['microseconds', spooled({ kind: 'timestamp' }, 'epoch_us'), column('C', 'fixed', 38, 0), true],
    ['parts of microseconds', spooled({ kind: 'timestamp' }, 'epoch_us'), column('C', 'fixed', 38, 9), false],
    ['a text that looks like a number', spooled({ kind: 'bigint' }), column('C', 'text'), false],
    ['a float', spooled({ kind: 'decimal', precision: 12, scale: 2 }), column('C', 'real'), false],
    ['a date', spooled({ kind: 'date' }), column('C', 'date'), false],
  ])('%s', (_, of, described, exact) => {
    expect(isExact(of, described)).toBe(exact);
  });

  it('proves nothing where the result has other columns than were asked for', () => {
    const columns = [spooled({ kind: 'bigint' })];
    expect(markExactNumbers(columns, [])).toBe(columns);
  });
});
