import { describe, expect, it } from 'vitest';
import { emptyState, type TableState } from '../lake/commit.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { ExtractReport, ExtractWindow } from '../ports/source.ts';
import type { ExtractStep } from '../steps/step.ts';
import { extractCommit } from './commit-step.ts';

const dataset = datasetName('bronze', 'sales');
const day = logicalDate('2024-01-15');
const context = { run: 'r1', now: new Date('2024-01-16T00:10:00.000Z'), attempt: '2024-01-15-r1-2' };
const file = (name: string): DataFile => ({ key: objectKey(name), rows: 4, bytes: 9, checksum: 'sha256:1', columns: {} });

function step(window: ExtractWindow, replaceAll = false): ExtractStep {
  const relation = { kind: 'table', table: 'SALES' } as const;
  return {
    kind: 'extract',
    id: 'extract bronze.sales 2024-01-15',
    dataset,
    day,
    reason: 'missing: never extracted',
    request: { dataset, relation, columns: [], window, day, prefix: 'p' },
    coversTo: '2024-01-16T00:00:00.000Z',
    commit: { baseVersion: 1, columns: [], fingerprint: 'f', replaceAll, inputs: {}, checks: [], countsRows: false },
  };
}
const windowed: ExtractWindow = { kind: 'window', watermark: 'at', until: '2024-01-16T00:00:00.000Z', lagSeconds: 0, nulls: 'fail' };
const report = (high?: string): ExtractReport => ({
  files: [file('new')],
  rows: 4,
  window: high === undefined ? {} : { high },
  statements: [],
  bytesFetched: 1,
});

/** A table that has a batch of the day already. */
const before: TableState = {
  ...emptyState(dataset),
  version: 1,
  partitions: new Map([
    [
      day,
      {
        version: 1,
        fingerprint: 'f',
        rows: 3,
        files: [file('old')],
        refused: { rows: 0, files: [] },
        batches: [{ id: '2024-01-15-r0-1', version: 1, rows: 3, files: [file('old')], window: {} }],
        inputs: {},
      },
    ],
  ]),
};

describe('the commit of an extraction', () => {
  it('adds a window to what the day has', () => {
    const { partitions, version, replaceAll } = extractCommit(step(windowed), before, report('2024-01-16 00:00:00.000000'), context);
    expect(partitions[day]).toMatchObject({
      version: 2,
      rows: 7,
      batches: [{ version: 1 }, { id: '2024-01-15-r1-2', version: 2, rows: 4 }],
    });
    expect(partitions[day]?.files.map(({ key }) => key)).toEqual(['old', 'new']);
    expect([version, replaceAll]).toEqual([2, false]);
  });

  it.each([
    ['in full', step({ kind: 'full' })],
    ['anew', step(windowed, true)],
  ])('replaces what the day has when the table is read %s', (_how, of) => {
    const { partitions } = extractCommit(of, before, report('2024-01-16 00:00:00.000000'), context);
    expect(partitions[day]).toMatchObject({ rows: 4, files: [{ key: 'new' }], batches: [{ version: 2 }] });
  });

  it.each([
    ['2024-01-16 00:00:00.000000', '2024-01-16T00:00:00.000Z'],
    // The source's clock had not reached the end of the day.
    ['2024-01-15 12:30:15.987654', '2024-01-15T12:30:15.000Z'],
    ['2024-01-15', '2024-01-15T00:00:00.000Z'],
    // A window never counts for more than it was asked for.
    ['2024-02-01 00:00:00.000000', '2024-01-16T00:00:00.000Z'],
  ])('that ended at %s covers up to %s, and keeps the exact end', (high, coveredTo) => {
    expect(extractCommit(step(windowed), before, report(high), context).watermark).toEqual({ coveredTo, high });
  });

  it('in full covers the day', () => {
    expect(extractCommit(step({ kind: 'full' }), before, report(), context).watermark).toEqual({ coveredTo: '2024-01-16T00:00:00.000Z' });
  });
});
