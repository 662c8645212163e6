import { describe, expect, it } from 'vitest';
import { emptyState, type TableState } from '../../lake/commit.ts';
import { datasetName } from '../../layout/dataset-name.ts';
import { logicalDate } from '../../layout/logical-date.ts';
import type { BronzeDataset, BronzeMode } from './bronze-dataset.ts';
import { planBronze } from './plan-bronze.ts';

const name = datasetName('bronze', 'sales');
const window: BronzeMode = { kind: 'window', watermark: 'changed_at', lagSeconds: 300, nulls: 'fail' };
const dataset = (mode: BronzeMode): BronzeDataset => ({
  layer: 'bronze',
  name,
  description: undefined,
  columns: [{ name: 'changed_at', type: { kind: 'timestamp' } }],
  inputs: [],
  fingerprint: 'now',
  lineage: {},
  checks: [],
  checkScans: [],
  file: undefined,
  relation: { kind: 'table', table: 'SALES' },
  sourceColumns: [{ name: 'changed_at', type: { kind: 'timestamp' }, source: 'CHANGED_AT' }],
  key: undefined,
  mode,
});
const day = logicalDate('2024-01-16');
const covered = (coveredTo: string, more: Partial<TableState> = {}): TableState => ({
  ...emptyState(name),
  version: 3,
  fingerprint: 'now',
  watermark: { coveredTo, high: '2024-01-15 23:55:00.000000' },
  ...more,
});

describe('planBronze', () => {
  it('reads from the beginning to the end of the day the first time', () => {
    expect(planBronze(dataset(window), emptyState(name), day)).toMatchObject({
      id: 'extract bronze.sales 2024-01-16',
      reason: 'missing: never extracted',
      request: {
        window: { kind: 'window', watermark: 'changed_at', until: '2024-01-17T00:00:00.000Z', lagSeconds: 300, nulls: 'fail' },
        prefix: 'bronze/year=2024/month=01/day=16/sales/{attempt}',
      },
      coversTo: '2024-01-17T00:00:00.000Z',
      commit: { baseVersion: 0, replaceAll: false },
    });
    expect(planBronze(dataset(window), emptyState(name), day)?.request.window).not.toHaveProperty('low');
  });

  it('goes on exactly where the last window ended', () => {
    const step = planBronze(dataset(window), covered('2024-01-16T00:00:00.000Z'), day);
    expect(step?.reason).toBe('missing: extracted up to 2024-01-16, 2024-01-16 not yet');
    expect(step?.request.window).toMatchObject({ low: '2024-01-15 23:55:00.000000', until: '2024-01-17T00:00:00.000Z' });
  });

  it('reads the rest of a day that was not over, and nothing of one that was', () => {
    expect(planBronze(dataset(window), covered('2024-01-16T12:30:00.000Z'), day)?.reason).toBe(
      'missing: extracted up to 2024-01-16T12:30:00.000Z, 2024-01-16 not yet',
    );
    expect(planBronze(dataset(window), covered('2024-01-17T00:00:00.000Z'), day)).toBeUndefined();
    expect(planBronze(dataset(window), covered('2024-01-20T00:00:00.000Z'), day)).toBeUndefined();
  });

  it('says into how many slices rows go, and by which columns', () => {
    const sliced = { ...dataset(window), slices: 4 };
    expect(planBronze(sliced, emptyState(name), day)?.request.slices).toEqual({ count: 4, by: [] });
    expect(planBronze({ ...sliced, key: ['id'] }, emptyState(name), day)?.request.slices).toEqual({ count: 4, by: ['id'] });
    expect(planBronze(dataset(window), emptyState(name), day)?.request).not.toHaveProperty('slices');
  });

  it('reads a table in full once a day', () => {
    const step = planBronze(dataset({ kind: 'full' }), covered('2024-01-16T00:00:00.000Z'), day);
    expect(step).toMatchObject({ reason: 'missing: no extract of 2024-01-16', request: { window: { kind: 'full' } } });
    expect(planBronze(dataset({ kind: 'full' }), covered('2024-01-17T00:00:00.000Z'), day)).toBeUndefined();
  });

  it('reads all again, in place of what there is, when the definition changed', () => {
    const step = planBronze(dataset(window), covered('2024-01-20T00:00:00.000Z', { fingerprint: 'before' }), day);
    expect(step).toMatchObject({
      reason: 'stale: its definition changed; it is extracted again from the beginning',
      commit: { replaceAll: true, baseVersion: 3, fingerprint: 'now' },
    });
    expect(step?.request.window).not.toHaveProperty('low');
  });
});
