import { describe, expect, it } from 'vitest';
import { emptyState, type PartitionEntry, type TableState } from '../../lake/commit.ts';
import { type DatasetName, datasetName } from '../../layout/dataset-name.ts';
import { type LogicalDate, logicalDate } from '../../layout/logical-date.ts';
import { objectKey } from '../../layout/object-key.ts';
import { forBoth } from '../../sql/render.ts';
import type { Partitioning } from '../dataset-base.ts';
import type { InputTable } from '../inputs.ts';
import type { GoldDataset } from './gold-dataset.ts';
import { planGold } from './plan-gold.ts';

const name = datasetName('gold', 'daily');
const fact = datasetName('silver', 'fact');
const returns = datasetName('silver', 'returns');
const dim = datasetName('silver', 'dim');
const day = logicalDate('2024-01-16');
const columns = [
  { name: 'n', type: { kind: 'bigint' } },
  { name: 'sold_on', type: { kind: 'date' } },
] as const;

const dataset = (partitioning: Partitioning): GoldDataset => ({
  layer: 'gold',
  name,
  description: undefined,
  columns,
  inputs: [],
  fingerprint: 'now',
  lineage: {},
  checks: [],
  checkScans: [],
  file: 'gold/daily.sql',
  partitioning,
  key: ['sold_on'],
  sql: forBoth(() => 'SELECT 1'),
});
const event = dataset({ kind: 'event', eventTime: 'sold_on' });
const snapshot = dataset({ kind: 'snapshot' });

/** A table whose days were last written by these versions. */
function table(of: DatasetName, days: Readonly<Record<string, number>>, more: Partial<PartitionEntry> = {}, version?: number): TableState {
  const entries = Object.entries(days).map(([on, written]): [LogicalDate, PartitionEntry] => {
    const files = [{ key: objectKey(`${of}/${on}/v${written}.parquet`), rows: 5, bytes: 1, checksum: 'sha256:1', columns: {} }];
    return [
      logicalDate(on),
      { version: written, fingerprint: 'now', rows: 5, files, refused: { rows: 0, files: [] }, inputs: {}, ...more },
    ];
  });
  return { ...emptyState(of), version: version ?? Math.max(0, ...Object.values(days)), fingerprint: 'now', partitions: new Map(entries) };
}

const input = (of: DatasetName, shape: InputTable['shape'], days: Readonly<Record<string, number>>, version?: number): InputTable => ({
  name: of,
  shape,
  columns,
  state: table(of, days, {}, version),
});
const facts = (days: Readonly<Record<string, number>>) => input(fact, 'event', days);

/** What a plan says: why, which days it makes, and which files it reads. */
function summary(of: GoldDataset, state: TableState, inputs: readonly InputTable[], on = day) {
  const step = planGold(of, state, inputs, on);
  if (step === undefined) return undefined;
  const [output] = step.request.outputs;
  const files = step.request.stages.flatMap((stage) => (stage.kind === 'input' ? stage.input.files : []));
  return { reason: step.reason, partition: output?.partition, files, replaceAll: step.commit.replaceAll };
}

describe('an event dataset of gold', () => {
  it('is not planned before an input exists', () => {
    expect(summary(event, emptyState(name), [facts({})])).toBeUndefined();
  });

  it('is made of every day the first time', () => {
    expect(summary(event, emptyState(name), [facts({ '2024-01-15': 1, '2024-01-14': 1 })])).toMatchObject({
      reason: 'missing: never built',
      partition: { kind: 'by', only: ['2024-01-14', '2024-01-15'] },
      replaceAll: false,
    });
  });

  it('makes only the days again on which an input changed, and reads only these', () => {
    const state = table(name, { '2024-01-14': 1, '2024-01-15': 1 }, { inputs: { [fact]: 1 } });
    expect(summary(event, state, [facts({ '2024-01-14': 2, '2024-01-15': 1, '2024-01-16': 2 })])).toEqual({
      reason: 'stale: silver.fact moved from version 1 to 2; missing: days without a partition (2 days)',
      partition: { kind: 'by', only: ['2024-01-14', '2024-01-16'] },
      files: ['silver.fact/2024-01-14/v2.parquet', 'silver.fact/2024-01-16/v2.parquet'],
      replaceAll: false,
    });
    expect(summary(event, state, [facts({ '2024-01-14': 1, '2024-01-15': 1 })])).toBeUndefined();
  });

  it('makes every day again when its definition changed', () => {
    const state = table(name, { '2024-01-14': 1, '2024-01-15': 1 }, { fingerprint: 'before', inputs: { [fact]: 1 } });
    expect(summary(event, state, [facts({ '2024-01-14': 1, '2024-01-15': 1 })])?.reason).toBe('stale: its definition changed (2 days)');
  });

  it('makes every day again when a snapshot that it reads changed, from the whole of that', () => {
    const state = table(name, { '2024-01-14': 1, '2024-01-15': 1 }, { inputs: { [fact]: 1, [dim]: 1 } });
    const inputs = [facts({ '2024-01-14': 1, '2024-01-15': 1 }), input(dim, 'snapshot', { '2024-01-15': 1, '2024-01-16': 2 })];
    expect(summary(event, state, inputs)).toMatchObject({
      reason: 'stale: silver.dim moved from version 1 to 2 (2 days)',
      files: ['silver.fact/2024-01-14/v1.parquet', 'silver.fact/2024-01-15/v1.parquet', 'silver.dim/2024-01-16/v2.parquet'],
    });
  });

  it('empties a day whose input vanished, once', () => {
    const rebuilt = facts({ '2024-01-15': 2 });
    const state = (rows: number) => {
      const built = table(name, { '2024-01-14': 1, '2024-01-15': 2 }, { inputs: { [fact]: 2 }, rows });
      return { ...built, version: 2 };
    };
    expect(summary(event, state(5), [rebuilt])).toMatchObject({
      reason: 'stale: days without input (1 day)',
      partition: { kind: 'by', only: ['2024-01-14'] },
      files: [],
    });
    expect(summary(event, state(0), [rebuilt])).toBeUndefined();
  });

  it('makes a day again when one of two inputs vanished there', () => {
    const state = table(name, { '2024-01-14': 1 }, { inputs: { [fact]: 1, [returns]: 1 } });
    const inputs = [facts({ '2024-01-14': 1 }), input(returns, 'event', { '2024-01-15': 2 })];
    expect(summary(event, state, inputs)?.partition).toEqual({ kind: 'by', only: ['2024-01-14', '2024-01-15'] });
    const emptied = [facts({ '2024-01-14': 1 }), input(returns, 'event', {}, 2)];
    expect(summary(event, state, emptied)?.reason).toBe('stale: silver.returns moved from version 1 to 2 (1 day)');
  });

  it('is made as a whole where no input has event days of its own', () => {
    const whole = { partition: { kind: 'by' }, replaceAll: true, files: ['silver.dim/2024-01-15/v1.parquet'] };
    const inputs = [input(dim, 'snapshot', { '2024-01-15': 1 })];
    expect(summary(event, emptyState(name), inputs)).toEqual({ reason: 'missing: never built', ...whole });
    const state = { ...table(name, { '2023-05-05': 1 }), inputs: { [dim]: 1 } };
    expect(summary(event, state, inputs)).toBeUndefined();
    expect(summary(event, { ...state, inputs: { [dim]: 0 } }, inputs)).toEqual({ reason: 'stale: silver.dim came to version 1', ...whole });
  });
});

describe('a snapshot dataset of gold', () => {
  const inputs = [
    facts({ '2024-01-15': 1, '2024-01-16': 2, '2024-01-17': 3 }),
    input(dim, 'snapshot', { '2024-01-15': 1, '2024-01-17': 2 }),
  ];

  it('is made for the day of the run, from what was known up to it', () => {
    const built = table(name, { '2024-01-15': 1 }, { inputs: { [fact]: 1, [dim]: 1 } });
    const files = ['silver.fact/2024-01-15/v1.parquet', 'silver.fact/2024-01-16/v2.parquet', 'silver.dim/2024-01-15/v1.parquet'];
    expect(summary(snapshot, built, inputs)).toEqual({
      reason: 'missing: no partition for 2024-01-16',
      partition: { kind: 'day', day },
      files,
      replaceAll: false,
    });
    expect(summary(snapshot, emptyState(name), inputs)).toMatchObject({ reason: 'missing: never built', files });
  });

  it('is made again when what it sees changed, and not for what came later', () => {
    const built = (seen: number) => table(name, { '2024-01-16': 1 }, { inputs: { [fact]: seen, [dim]: 2 } });
    expect(summary(snapshot, built(2), inputs)).toBeUndefined();
    expect(summary(snapshot, built(1), inputs)?.reason).toBe('stale: silver.fact moved from version 1 to 2');
  });

  it('is made again when its definition changed, or its input was emptied', () => {
    const built = table(name, { '2024-01-16': 1 }, { fingerprint: 'before', inputs: { [fact]: 3, [dim]: 2 } });
    expect(summary(snapshot, built, inputs)?.reason).toBe('stale: its definition changed');
    const seen = table(name, { '2024-01-16': 1 }, { inputs: { [fact]: 3 } });
    expect(summary(snapshot, seen, [input(fact, 'event', {}, 4)])?.reason).toBe('stale: silver.fact moved from version 3 to 4');
  });

  it('of nothing but constants is made, too', () => {
    expect(summary(snapshot, emptyState(name), [])?.reason).toBe('missing: never built');
  });
});

describe('a snapshot of a day before the latest', () => {
  const built = { inputs: { [fact]: 1 } };

  it('is a record of what was known then: later knowledge does not change it', () => {
    const inputs = [facts({ '2024-01-14': 7 })];
    expect(summary(snapshot, table(name, { '2024-01-16': 1, '2024-01-17': 2 }, built), inputs)).toBeUndefined();
    expect(summary(snapshot, table(name, { '2024-01-16': 1 }, built), inputs)).toMatchObject({
      reason: 'stale: silver.fact moved from version 1 to 7',
    });
  });

  it('is made again for another definition, and where it is missing', () => {
    const inputs = [facts({ '2024-01-14': 1 })];
    const old = table(name, { '2024-01-16': 1, '2024-01-17': 2 }, { ...built, fingerprint: 'then' });
    expect(summary(snapshot, old, inputs)).toMatchObject({ reason: 'stale: its definition changed' });
    expect(summary(snapshot, table(name, { '2024-01-17': 2 }, built), inputs)).toMatchObject({
      reason: 'missing: no partition for 2024-01-16',
    });
  });
});
