import { describe, expect, it } from 'vitest';
import { parseDatasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { emptyState, type PartitionEntry, type TableState } from './commit.ts';
import { publishedDays } from './published.ts';

/** A table with these days; those with a star were made of batches alone. */
function table(...days: readonly string[]): TableState {
  const entries = days.map((day) => {
    const usual: PartitionEntry = { version: 1, fingerprint: 'f', rows: 1, files: [], refused: { rows: 0, files: [] }, inputs: {} };
    return [logicalDate(day.replace('*', '')), day.endsWith('*') ? { ...usual, rowsRead: 1 } : usual] as const;
  });
  return { ...emptyState(parseDatasetName('silver.t')), partitions: new Map(entries) };
}

describe('the days that a reader sees', () => {
  const days = ['2024-01-01*', '2024-01-02', '2024-01-03*', '2024-01-04'];

  it('are all of an event table, the last of a snapshot, and whatever a keyed table has', () => {
    expect(publishedDays(table(...days), 'event', logicalDate('2024-01-02'))).toEqual(['2024-01-01', '2024-01-02']);
    expect(publishedDays(table(...days), 'snapshot', logicalDate('2024-01-03'))).toEqual(['2024-01-03']);
    expect(publishedDays(table('2024-01-04'), 'keyed', logicalDate('2024-01-01'))).toEqual(['2024-01-04']);
  });

  it('of refused rows go back to the last snapshot that was made of batches alone: what is before is in there', () => {
    expect(publishedDays(table(...days), 'merged')).toEqual(['2024-01-03', '2024-01-04']);
    expect(publishedDays(table(...days), 'merged', logicalDate('2024-01-02'))).toEqual(['2024-01-01', '2024-01-02']);
    expect(publishedDays(table('2024-01-01', '2024-01-02'), 'merged')).toEqual(['2024-01-01', '2024-01-02']);
    expect(publishedDays(table(), 'merged')).toEqual([]);
  });
});
