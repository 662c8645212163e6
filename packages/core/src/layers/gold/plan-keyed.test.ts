import { describe, expect, it } from 'vitest';
import { emptyState, type PartitionEntry, type TableState } from '../../lake/commit.ts';
import { bucketFile } from '../../layout/bucket-file.ts';
import { datasetName } from '../../layout/dataset-name.ts';
import { logicalDate } from '../../layout/logical-date.ts';
import { objectKey } from '../../layout/object-key.ts';
import type { DataFile } from '../../ports/data-file.ts';
import { forBoth } from '../../sql/render.ts';
import type { InputTable } from '../inputs.ts';
import type { GoldDataset } from './gold-dataset.ts';
import { planGold } from './plan-gold.ts';

const name = datasetName('gold', 'customers');
const orders = datasetName('silver', 'orders');
const rates = datasetName('silver', 'rates');
const day = logicalDate('2024-01-16');
const columns = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'n', type: { kind: 'bigint' } },
] as const;

const dataset = (buckets?: number, checksWhole = false): GoldDataset => ({
  layer: 'gold',
  name,
  description: undefined,
  columns,
  inputs: [orders, rates],
  fingerprint: 'now',
  lineage: {},
  checks: [],
  checkScans: [],
  file: 'gold/customers.sql',
  partitioning: { kind: 'keyed', buckets },
  key: ['id'],
  sql: forBoth(() => 'SELECT 1'),
  keyed: { inputs: [{ dataset: orders, columns: ['id'] }], checksWhole },
  contract: { version: 2, protected: ['id'] },
});

const file = (key: string, rows = 5): DataFile => ({
  key: objectKey(key),
  rows,
  bytes: 1,
  checksum: `sha256:${key.split('/').at(-1)}`,
  columns: {},
});

/** A table whose days have these files. */
function table(
  of: GoldDataset['name'],
  version: number,
  days: Readonly<Record<string, readonly DataFile[]>>,
  more: Partial<TableState> = {},
): TableState {
  const entries = Object.entries(days).map(([on, files]) => {
    const entry: PartitionEntry = { version, fingerprint: 'now', rows: 5, files, refused: { rows: 0, files: [] }, inputs: {} };
    return [logicalDate(on), entry] as const;
  });
  return { ...emptyState(of), version, columns, fingerprint: 'now', partitions: new Map(entries), ...more };
}

const ordersNow = table(orders, 2, { '2024-01-15': [file('o/1/late')], '2024-01-16': [file('o/2/new')], '2024-01-14': [file('o/0/old')] });
const ordersThen = table(orders, 1, { '2024-01-15': [file('o/1/first')], '2024-01-14': [file('other/place/old')] });
const ratesNow = table(rates, 1, { '2024-01-01': [file('r/all')] });
const input = (state: TableState, shape: InputTable['shape'], past?: TableState): InputTable => ({
  name: state.dataset,
  shape,
  columns,
  state,
  ...(past === undefined ? {} : { past }),
});
const inputs = [input(ordersNow, 'event', ordersThen), input(ratesNow, 'snapshot')];

const files = [file(bucketFile('g', 0)), file(bucketFile('g', 3))];

/** The table as it was built, of bucket files. */
function built(more: Partial<TableState> = {}, entry: Partial<PartitionEntry> = {}): TableState {
  const state = table(name, 4, { '2024-01-17': files }, { inputs: { [orders]: 1, [rates]: 1 }, ...more });
  const partitions = new Map([...state.partitions].map(([on, one]) => [on, { ...one, buckets: 8, ...entry }] as const));
  return { ...state, partitions };
}

/** What a plan says: why, and which files its relations have. */
function summary(of: GoldDataset, state: TableState, given = inputs) {
  const step = planGold(of, state, given, day);
  if (step === undefined) return undefined;
  const read = step.request.stages.flatMap((stage) =>
    stage.kind === 'input' ? [[stage.input.relation, stage.input.files.map((key) => key.split('/').at(-1))]] : [],
  );
  const lazy = step.request.stages.flatMap((stage) => (stage.kind === 'lazy' ? [stage.input.relation] : []));
  const { buckets, replaceAll, contract } = step.commit;
  return {
    contract,
    reason: step.reason,
    read: Object.fromEntries(read),
    lazy,
    partition: step.request.outputs[0]?.partition,
    buckets,
    replaceAll,
  };
}

describe('a keyed dataset', () => {
  it('reads the files that came and went to find the keys, and leaves other buckets as they are', () => {
    expect(summary(dataset(8), built())).toMatchObject({
      reason: 'stale: silver.orders moved from version 1 to 2',
      // Files of equal content are no change, wherever they are.
      read: {
        _all_silver__orders: ['late', 'new', 'old'],
        _came_silver__orders: ['late', 'new'],
        _went_silver__orders: ['first'],
        silver__rates: ['all'],
      },
      lazy: ['_before'],
      // The run's day is before the latest: the table has one partition only.
      partition: { kind: 'buckets', day: '2024-01-17' },
      buckets: { count: 8, files },
      replaceAll: true,
      contract: { version: 2, protected: ['id'] },
    });
    expect(summary(dataset(8), built({ inputs: { [orders]: 2, [rates]: 1 } }))).toBeUndefined();
  });

  it('reads the buckets that stay where its checks are about the whole table', () => {
    expect(summary(dataset(8, true), built())?.lazy).toEqual(['_before', '_untouched']);
  });

  it.each<[string, TableState, readonly InputTable[]]>([
    ['what silver.orders held before is no longer kept', built(), [input(ordersNow, 'event'), input(ratesNow, 'snapshot')]],
    [
      'silver.rates belongs to every key',
      built({ inputs: { [orders]: 2, [rates]: 0 } }),
      [input(ordersNow, 'event'), input(ratesNow, 'snapshot')],
    ],
    [
      'the columns of silver.orders changed',
      built(),
      [input(ordersNow, 'event', { ...ordersThen, columns: [] }), input(ratesNow, 'snapshot')],
    ],
    ['its files are not divided by key', built({}, { files: [file('g/part-0')] }), inputs],
  ])('makes all keys because %s, and says so', (why, state, given) => {
    expect(summary(dataset(8), state, [...given])).toMatchObject({
      reason: expect.stringContaining(`(all keys: ${why})`),
      read: { silver__orders: ['late', 'new', 'old'], silver__rates: ['all'] },
      lazy: [],
      buckets: { count: 8, files: [] },
    });
  });

  it('waits for a snapshot that is still of another definition', () => {
    expect(
      summary(
        dataset(8),
        emptyState(name),
        inputs.map((one) => ({ ...one, isOutdated: true })),
      ),
    ).toBeUndefined();
  });

  it('makes all keys the first time and for another definition', () => {
    expect(summary(dataset(8), emptyState(name))).toMatchObject({ reason: 'missing: never built', buckets: { count: 8, files: [] } });
    expect(summary(dataset(8), built({ fingerprint: 'before' }))?.reason).toBe('stale: its definition changed');
  });

  it('has as many buckets as its inputs demand, and more of them when it has outgrown these', () => {
    const large = [input(table(orders, 2, { '2024-01-15': [file('o/large', 3_000_000)] }), 'event'), input(ratesNow, 'snapshot')];
    expect(summary(dataset(), emptyState(name))?.buckets?.count).toBe(1);
    expect(summary(dataset(), emptyState(name), large)?.buckets?.count).toBe(16);
    expect(summary(dataset(), built({}, { rows: 2_000_000, buckets: 1 }), large)).toMatchObject({
      reason: expect.stringContaining('(all keys: it has outgrown 1 files)'),
      buckets: { count: 16 },
    });
    expect(summary(dataset(1), built({}, { rows: 2_000_000, buckets: 1 }), large)?.reason).not.toContain('outgrown');
  });
});
