import { describe, expect, it } from 'vitest';
import { type Batch, emptyState, type TableState } from '../../lake/commit.ts';
import { datasetName } from '../../layout/dataset-name.ts';
import { type LogicalDate, logicalDate } from '../../layout/logical-date.ts';
import { objectKey } from '../../layout/object-key.ts';
import type { BronzeDataset, BronzeMode } from './bronze-dataset.ts';
import { planBronze } from './plan-bronze.ts';

const name = datasetName('bronze', 'sales');
const watermark = { watermark: 'changed_at', lagSeconds: 300, nulls: 'fail' } as const;
const day = logicalDate('2024-01-16');

const dataset = (mode: BronzeMode): BronzeDataset => ({
  layer: 'bronze',
  name,
  description: undefined,
  columns: [
    { name: 'id', type: { kind: 'bigint' } },
    { name: '_deleted', type: { kind: 'boolean' } },
  ],
  inputs: [],
  fingerprint: 'now',
  lineage: {},
  checks: [],
  checkScans: [],
  file: undefined,
  relation: { kind: 'table', table: 'SALES' },
  sourceColumns: [{ name: 'id', type: { kind: 'bigint' }, source: 'ID' }],
  key: ['id'],
  mode,
});

function batch(id: string, high: string, low?: string): Batch {
  const file = { key: objectKey(`bronze/${id}/part-00000.parquet`), rows: 1, bytes: 1, checksum: 'sha256:1', columns: {} };
  return { id, version: 1, rows: 1, files: [file], window: { high, ...(low === undefined ? {} : { low }) } };
}

const batches: Readonly<Record<string, readonly Batch[]>> = {
  '2024-01-15': [batch('2024-01-15-a-1', '2024-01-16 00:00:00.000000000')],
  '2024-01-16': [
    batch('2024-01-16-b-1', '2024-01-16 12:00:00.000000001', '2024-01-16 00:00:00.000000000'),
    batch('2024-01-16-c-1', '2024-01-17 00:00:00.000000000', '2024-01-16 12:00:00.000000001'),
  ],
};

const state: TableState = {
  ...emptyState(name),
  version: 3,
  fingerprint: 'now',
  watermark: { coveredTo: '2024-01-17T00:00:00.000Z', high: '2024-01-17 00:00:00.000000000' },
  partitions: new Map(
    Object.entries(batches).map(([on, all]) => [
      on as LogicalDate,
      { version: 3, fingerprint: 'now', rows: 1, files: [], refused: { rows: 0, files: [] }, batches: all, inputs: {} },
    ]),
  ),
};

const modes = {
  full: { kind: 'full' },
  window: { kind: 'window', ...watermark },
  changes: { kind: 'changes', lagSeconds: 0, onGap: 'reextract' },
  'keys-diff': { kind: 'keys-diff', ...watermark },
} as const satisfies Record<string, BronzeMode>;

describe('a day that was read before', () => {
  it.each(Object.values(modes))('is left alone unless it is asked for again: $kind', (mode) => {
    expect(planBronze(dataset(mode), state, day)).toBeUndefined();
    expect(planBronze(dataset(mode), state, day, { refetch: true })?.refetch).toBeDefined();
  });

  it('is one window from the first end of its batches to the last, which take no lag away', () => {
    const step = planBronze(dataset(modes.window), state, day, { refetch: true });
    expect(step?.request.window).toEqual({
      kind: 'window',
      watermark: 'changed_at',
      nulls: 'fail',
      low: '2024-01-16 00:00:00.000000000',
      until: '2024-01-17T00:00:00.000000000Z',
      lagSeconds: 0,
    });
    expect(step?.refetch?.replaces).toEqual(['2024-01-16-b-1', '2024-01-16-c-1']);
    expect(planBronze(dataset(modes.window), state, logicalDate('2024-01-14'), { refetch: true })).toBeUndefined();
  });

  it('is exactly the same changes, or none', () => {
    const first = planBronze(dataset(modes.changes), state, logicalDate('2024-01-15'), { refetch: true });
    expect(first?.request.window).toEqual({
      kind: 'changes',
      until: '2024-01-16T00:00:00.000000000Z',
      lagSeconds: 0,
      onGap: 'fail',
      isExact: true,
    });
  });

  it('is read of its calendar day where keys decide, behind all batches, and with the keys if it is the last', () => {
    const of = (on: string) => planBronze(dataset(modes['keys-diff']), state, logicalDate(on), { refetch: true });
    expect(of('2024-01-15')).toMatchObject({
      day: '2024-01-16',
      request: {
        window: { low: '2024-01-15T00:00:00.000Z', until: '2024-01-16T00:00:00.000Z' },
        changelog: { key: ['id'], listKeys: false },
      },
      refetch: { replaces: [] },
    });
    expect(of('2024-01-16')?.request.changelog).toEqual({ key: ['id'], listKeys: true });
    expect(of('2024-01-15')?.retract?.stages[0]).toMatchObject({
      input: {
        files: Object.values(batches)
          .flat()
          .map(({ files }) => files[0]?.key),
      },
    });
  });
});

describe('a first extraction', () => {
  it('of a changelog knows nothing that could be no more', () => {
    const step = planBronze(dataset(modes['keys-diff']), emptyState(name), day);
    expect([step?.retract, step?.request.changelog]).toEqual([undefined, { key: ['id'], listKeys: false }]);
    expect(planBronze(dataset(modes.changes), emptyState(name), day)?.request.window).toEqual({
      kind: 'changes',
      until: '2024-01-17T00:00:00.000Z',
      lagSeconds: 0,
      onGap: 'reextract',
    });
  });
});
