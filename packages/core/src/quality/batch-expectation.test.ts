import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectKey } from '../layout/object-key.ts';
import type { ColumnStatistics, DataFile } from '../ports/data-file.ts';
import { type BatchExpectation, judgeExpectation } from './batch-expectation.ts';

const file = (column: ColumnStatistics | undefined, rows = 10): DataFile => ({
  key: objectKey('bronze/a/part-0.parquet'),
  rows,
  bytes: 1,
  checksum: 'sha256:1',
  columns: column === undefined ? {} : { c: column },
});
const now = new Date('2024-01-16T00:00:00Z');
const judge = (expectation: BatchExpectation, files: readonly DataFile[], earlier: readonly DataFile[] = []) =>
  judgeExpectation(expectation, { rows: files.reduce((sum, { rows }) => sum + rows, 0), files, earlier, now });

describe('notNull', () => {
  const notNull: BatchExpectation = { kind: 'notNull', id: 'notNull(c)', column: 'c' };

  it('counts what is missing over all files of the batch, and not in earlier ones', () => {
    expect(judge(notNull, [file({ nulls: 2 }), file({ nulls: 0 }), file({ nulls: 1 })], [file({ nulls: 5 })])).toEqual({ violations: 3 });
    expect(judge(notNull, [])).toEqual({ violations: 0 });
  });

  it('does not hold where a file does not say', () => {
    expect(judge(notNull, [file({ nulls: 0 }), file(undefined)]).violations).toBe(1);
  });
});

describe('rowCount', () => {
  it('holds exactly between its ends', () => {
    const bound = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: 0, max: 7 }), (min, max, rows) => {
        const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
        const { violations } = judge({ kind: 'rowCount', id: 'rowCount', ...bounds }, [file({ nulls: 0 }, rows)]);
        expect(violations === 0).toBe((min === undefined || rows >= min) && (max === undefined || rows <= max));
      }),
      { seed: 6 },
    );
  });

  it('says what was found', () => {
    expect(judge({ kind: 'rowCount', id: 'rowCount', min: 2000 }, [file({ nulls: 0 }, 1999)]).detail).toBe(
      '1,999 rows, expected at least 2,000',
    );
    expect(judge({ kind: 'rowCount', id: 'rowCount', max: 3 }, [file({ nulls: 0 }, 4)]).detail).toBe('4 rows, expected at most 3');
  });
});

describe('freshness', () => {
  const fresh: BatchExpectation = { kind: 'freshness', id: 'freshness(c)', column: 'c', maxAgeSeconds: 86_400 };
  const upTo = (max: string) => file({ nulls: 0, min: '2020-01-01', max });

  it.each(['2024-01-15 00:00:00', '2024-01-15', '2024-01-15T23:59:59.999999', '9999-12-31 23:59:59.999999'])('holds for %s', (max) => {
    expect(judge(fresh, [upTo('2023-01-01'), upTo(max)])).toEqual({ violations: 0 });
  });

  it('counts the newest row, of earlier batches too', () => {
    expect(judge(fresh, [upTo('2024-01-14 12:00:00')]).detail).toBe('the newest row is 1.5 days old, expected at most 1 day');
    expect(judge(fresh, [], [upTo('2024-01-15 12:00:00')])).toEqual({ violations: 0 });
    expect(judge(fresh, [], [upTo('2024-01-14 12:00:00')]).violations).toBe(1);
  });

  it('does not hold where there is nothing', () => {
    expect(judge(fresh, [])).toEqual({ violations: 1, detail: 'no row has a value' });
    expect(judge(fresh, [file({ nulls: 10 })]).violations).toBe(1);
  });
});
