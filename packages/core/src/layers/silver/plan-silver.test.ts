import { describe, expect, it } from 'vitest';
import { type Batch, emptyState, type PartitionEntry, type TableState } from '../../lake/commit.ts';
import { datasetName } from '../../layout/dataset-name.ts';
import { type LogicalDate, logicalDate } from '../../layout/logical-date.ts';
import { objectKey } from '../../layout/object-key.ts';
import { forBoth } from '../../sql/render.ts';
import type { Partitioning } from '../dataset-base.ts';
import type { InputTable } from '../inputs.ts';
import { planSilver } from './plan-silver.ts';
import type { SilverDataset, SilverOrigin } from './silver-dataset.ts';

const name = datasetName('silver', 'fact');
const sales = datasetName('bronze', 'sales');
const day = logicalDate('2024-01-16');
const columns = [{ name: 'sold_on', type: { kind: 'date' } }] as const;
const sql = (text: string) => forBoth(() => text);

function dataset(kind: Partitioning['kind'], origin: SilverOrigin): SilverDataset {
  const cleaning = {
    classify: sql('classify'),
    daysOfNew: sql('days of new'),
    candidates: sql('good rows'),
    rows: sql('one of each'),
    refused: sql('bad rows'),
    accounting: sql('accounts'),
  };
  return {
    layer: 'silver',
    name,
    description: undefined,
    columns,
    inputs: [],
    fingerprint: 'now',
    lineage: {},
    checks: [],
    checkScans: [],
    file: undefined,
    partitioning: kind === 'event' ? { kind, eventTime: 'sold_on' } : { kind },
    origin,
    cleaning: origin.kind === 'model' ? undefined : cleaning,
    key: undefined,
    quarantineMaxPercent: undefined,
  };
}
const over = (kind: Partitioning['kind'], mode: 'full' | 'window') => dataset(kind, { kind: 'bronze', dataset: sales, mode, columns });

/** Bronze batches: the n-th was committed as version n; named after their day. */
function bronze(shape: InputTable['shape'], batches: readonly (readonly [id: string, rows: number])[]): InputTable {
  const partitions = new Map<LogicalDate, PartitionEntry>();
  for (const [index, [id, rows]] of batches.entries()) {
    const on = logicalDate(id.slice(0, 10));
    const files = [{ key: objectKey(`${id}.parquet`), rows, bytes: 1, checksum: 'sha256:1', columns: {} }];
    const batch: Batch = { id, version: index + 1, rows, files, window: {} };
    const all = [...(partitions.get(on)?.batches ?? []), batch];
    const usual = { fingerprint: 'b', refused: { rows: 0, files: [] }, inputs: {} };
    partitions.set(on, { ...usual, version: index + 1, rows, files: all.flatMap((one) => one.files), batches: all });
  }
  return { name: sales, shape, columns, state: { ...emptyState(sales), version: batches.length, partitions } };
}

/** The silver table: what each day was made of. */
function table(seen: number, days: Readonly<Record<string, Partial<PartitionEntry>>>, fingerprint = 'now'): TableState {
  const entries = Object.entries(days).map(([on, more]): [LogicalDate, PartitionEntry] => {
    const files = [{ key: objectKey(`silver-${on}.parquet`), rows: 1, bytes: 1, checksum: 'sha256:1', columns: {} }];
    const usual = { version: 1, fingerprint, rows: 1, files, refused: { rows: 0, files: [] }, inputs: { [sales]: seen } };
    return [logicalDate(on), { ...usual, ...more }];
  });
  return { ...emptyState(name), version: 1, fingerprint, partitions: new Map(entries), inputs: { [sales]: seen } };
}

/** What a plan says: why, and its stages, inputs with the files that they read. */
function summary(of: SilverDataset, state: TableState, inputs: readonly InputTable[], on = day) {
  const step = planSilver(of, state, inputs, on);
  if (step === undefined) return undefined;
  const stages = step.request.stages.map((stage) => {
    if (stage.kind === 'input') return `${stage.input.relation}: ${stage.input.files.join(' ').replaceAll('.parquet', '')}`;
    return stage.kind === 'lazy' ? `lazy ${stage.input.relation}` : `${stage.kind} ${stage.name}`;
  });
  return { reason: step.reason, stages, replaceAll: step.commit.replaceAll };
}

const CLEANING = ['table _classified', 'view _candidates', 'table _rows', 'view _refused'];

describe('an event dataset over windows', () => {
  const event = over('event', 'window');

  it('is not planned before its source was extracted', () => {
    expect(summary(event, emptyState(name), [bronze('event', [])])).toBeUndefined();
  });

  it('is made of every batch the first time, of whichever day', () => {
    const batches = bronze('event', [
      ['2024-01-15-a', 3],
      ['2024-01-17-b', 4],
    ]);
    expect(summary(event, emptyState(name), [batches])).toEqual({
      reason: 'missing: never built',
      stages: ['_source: 2024-01-15-a 2024-01-17-b', ...CLEANING],
      replaceAll: true,
    });
  });

  it('reads a batch once that is new and in its days at once, as after a rollback, and of a compacted file only its batches', () => {
    const plain = bronze('event', [
      ['2024-01-15-a', 3],
      ['2024-01-15-b', 4],
    ]);
    const [on, entry] = [...plain.state.partitions][0] ?? [];
    if (on === undefined || entry === undefined) throw new Error('There is no partition.');
    const file = {
      key: objectKey('both.parquet'),
      rows: 7,
      bytes: 1,
      checksum: 'sha256:1',
      columns: {},
      batches: ['2024-01-15-a', '2024-01-15-b'],
    };
    const batches = entry.batches?.map((batch) => ({ ...batch, files: [file] })) ?? [];
    const compacted = { ...plain, state: { ...plain.state, partitions: new Map([[on, { ...entry, files: [file], batches }]]) } };
    const state = table(1, { '2024-01-15': { fromBatches: ['2024-01-15-a', '2024-01-15-b'] } });
    const stagesOf = (input: InputTable) => planSilver(event, state, [input], day)?.request.stages;
    expect(stagesOf(plain)?.find(({ kind }) => kind === 'lazy')).toMatchObject({
      input: { filesByDay: { '2024-01-15': ['2024-01-15-a.parquet'] } },
    });
    const [fresh, , history] = stagesOf(compacted) ?? [];
    expect(fresh).toMatchObject({ input: { files: ['both.parquet'], batches: ['2024-01-15-b'] } });
    expect(history).toMatchObject({ input: { batches: ['2024-01-15-a'], filesByDay: { '2024-01-15': ['both.parquet'] } } });
  });

  it('reads new batches, and of the old ones only those that a touched day has rows of', () => {
    const batches = bronze('event', [
      ['2024-01-15-a', 3],
      ['2024-01-16-b', 4],
      ['2024-01-16-c', 1],
    ]);
    const state = table(2, {
      '2024-01-14': { fromBatches: ['2024-01-15-a'] },
      '2024-01-15': { fromBatches: ['2024-01-15-a', '2024-01-16-b'] },
    });
    expect(summary(event, state, [batches])).toEqual({
      reason: 'stale: 1 new row in 1 batch of bronze.sales',
      stages: ['_new: 2024-01-16-c', 'table _touched_days', 'lazy _history', 'view _source', ...CLEANING],
      replaceAll: false,
    });
    const step = planSilver(event, state, [batches], day);
    expect(step?.request.stages.find(({ kind }) => kind === 'lazy')).toMatchObject({
      input: {
        daysFrom: { duckdb: 'SELECT day FROM _touched_days' },
        batchColumn: true,
        filesByDay: { '2024-01-14': ['2024-01-15-a.parquet'], '2024-01-15': ['2024-01-15-a.parquet', '2024-01-16-b.parquet'] },
      },
    });
    expect(step?.request.stages.find((stage) => 'name' in stage && stage.name === '_classified')).toMatchObject({
      sql: { spark: 'SELECT * FROM (classify) AS _all WHERE _day IN (SELECT day FROM _touched_days)' },
    });
  });

  it('has nothing to do for batches without rows, or without batches', () => {
    const state = table(1, { '2024-01-15': { fromBatches: ['2024-01-15-a'] } });
    expect(summary(event, state, [bronze('event', [['2024-01-15-a', 3]])])).toBeUndefined();
    expect(
      summary(event, state, [
        bronze('event', [
          ['2024-01-15-a', 3],
          ['2024-01-16-b', 0],
        ]),
      ]),
    ).toBeUndefined();
  });

  it('is made anew when its definition changed, or its batches were replaced', () => {
    const batches = bronze('event', [['2024-01-15-a', 3]]);
    const all = { stages: ['_source: 2024-01-15-a', ...CLEANING], replaceAll: true };
    expect(summary(event, table(1, {}, 'before'), [batches])).toEqual({ reason: 'stale: its definition changed', ...all });
    const state = table(1, { '2024-01-15': { fromBatches: ['2024-01-14-old'] } });
    expect(summary(event, state, [batches])).toEqual({ reason: 'stale: batches of bronze.sales were replaced', ...all });
  });
});

it('an event dataset over full extracts is made of the latest alone, and anew for each', () => {
  const extracts = bronze('snapshot', [
    ['2024-01-15-a', 3],
    ['2024-01-16-b', 4],
  ]);
  const all = { stages: ['_source: 2024-01-16-b', ...CLEANING], replaceAll: true };
  expect(summary(over('event', 'full'), emptyState(name), [extracts])).toEqual({ reason: 'missing: never built', ...all });
  const state = table(1, { '2024-01-14': { fromBatches: ['2024-01-15-a'] } });
  expect(summary(over('event', 'full'), state, [extracts])).toEqual({ reason: 'stale: bronze.sales was extracted anew in full', ...all });
  expect(summary(over('event', 'full'), table(2, { '2024-01-14': { fromBatches: ['2024-01-16-b'] } }), [extracts])).toBeUndefined();
});

describe('a snapshot dataset', () => {
  it('over full extracts is the latest one up to the day', () => {
    const extracts = bronze('snapshot', [
      ['2024-01-15-a', 3],
      ['2024-01-17-b', 4],
    ]);
    const made = { stages: ['_source: 2024-01-15-a', ...CLEANING], replaceAll: false };
    expect(summary(over('snapshot', 'full'), emptyState(name), [extracts])).toEqual({ reason: 'missing: never built', ...made });
    expect(summary(over('snapshot', 'full'), table(1, { '2024-01-15': {} }), [extracts])).toEqual({
      reason: 'missing: no partition for 2024-01-16',
      ...made,
    });
    expect(summary(over('snapshot', 'full'), table(1, { '2024-01-16': {} }), [extracts])).toBeUndefined();
    expect(summary(over('snapshot', 'full'), emptyState(name), [extracts], logicalDate('2024-01-14'))).toBeUndefined();
  });

  const merged = over('snapshot', 'window');
  const batches = bronze('event', [
    ['2024-01-15-a', 3],
    ['2024-01-16-b', 4],
    ['2024-01-17-c', 1],
    ['2024-01-15-late', 1],
  ]);

  it('over windows is the previous one and what that has not taken in', () => {
    const made = summary(merged, table(1, { '2024-01-15': {} }), [batches]);
    expect(made?.stages).toEqual(['_source: 2024-01-15-late 2024-01-16-b', '_previous: silver-2024-01-15', ...CLEANING]);
    // Made when all batches were there already, but of those up to its day.
    expect(summary(merged, table(4, { '2024-01-15': {} }), [batches])?.stages[0]).toBe('_source: 2024-01-16-b');
    const step = planSilver(merged, table(4, { '2024-01-15': {} }), [batches], day);
    expect(step?.request.stages.find((stage) => 'name' in stage && stage.name === '_candidates')).toMatchObject({
      sql: { duckdb: 'good rows UNION ALL SELECT "sold_on" FROM _previous', spark: 'good rows UNION ALL SELECT `sold_on` FROM _previous' },
    });
    expect(step?.commit.countsRows).toBe(false);
  });

  it('over windows is made of every batch where no previous one can be trusted', () => {
    const all = ['_source: 2024-01-15-a 2024-01-15-late 2024-01-16-b', ...CLEANING];
    expect(summary(merged, emptyState(name), [batches])).toEqual({ reason: 'missing: never built', stages: all, replaceAll: false });
    const before = table(4, { '2024-01-15': { fingerprint: 'before' } });
    expect(summary(merged, before, [batches])).toEqual({ reason: 'missing: no partition for 2024-01-16', stages: all, replaceAll: false });
  });

  it('over windows is made again on its day when more came, or its definition changed', () => {
    expect(summary(merged, table(3, { '2024-01-16': {} }), [batches])?.reason).toBe('stale: bronze.sales moved from version 3 to 4');
    expect(summary(merged, table(4, { '2024-01-16': {} }), [batches])).toBeUndefined();
    expect(summary(merged, table(4, { '2024-01-16': {} }, 'before'), [batches])?.reason).toBe('stale: its definition changed');
  });
});

describe('a model', () => {
  const model: SilverOrigin = { kind: 'model', sql: sql('the model'), columns };
  const input: InputTable = {
    ...bronze('event', [
      ['2024-01-15-a', 3],
      ['2024-01-17-b', 4],
    ]),
  };

  it('of kind event reads all, in place of all', () => {
    expect(summary(dataset('event', model), emptyState(name), [input])).toEqual({
      reason: 'missing: never built',
      stages: ['bronze__sales: 2024-01-15-a 2024-01-17-b', 'table _rows'],
      replaceAll: true,
    });
    expect(summary(dataset('event', model), table(1, {}), [input])?.reason).toBe('stale: bronze.sales moved from version 1 to 2');
    expect(summary(dataset('event', model), table(2, {}), [input])).toBeUndefined();
  });

  it('of kind snapshot reads what was known up to the day', () => {
    expect(summary(dataset('snapshot', model), table(1, { '2024-01-15': {} }), [input])).toEqual({
      reason: 'missing: no partition for 2024-01-16',
      stages: ['bronze__sales: 2024-01-15-a', 'table _rows'],
      replaceAll: false,
    });
    expect(summary(dataset('snapshot', model), table(1, { '2024-01-16': {} }), [input])).toBeUndefined();
  });

  it('of nothing but constants is made, too', () => {
    expect(summary(dataset('snapshot', model), emptyState(name), [])?.reason).toBe('missing: never built');
  });
});

describe('a dataset that refers to another', () => {
  const people = datasetName('silver', 'people');
  const snapshotOf = (version: number, on = '2024-01-15'): InputTable => {
    const files = [{ key: objectKey(`people-${version}.parquet`), rows: 1, bytes: 1, checksum: 'sha256:1', columns: {} }];
    const entry: PartitionEntry = { version, fingerprint: 'p', rows: 1, files, refused: { rows: 0, files: [] }, inputs: {} };
    const partitions = new Map(version === 0 ? [] : [[logicalDate(on), entry] as const]);
    return { name: people, shape: 'snapshot', columns, state: { ...emptyState(people), version, partitions } };
  };
  const windows = bronze('event', [['2024-01-15-a', 3]]);
  const seen = (version: number) => ({ [sales]: 1, [people]: version });
  const event: SilverDataset = { ...over('event', 'window'), lookups: [people], keys: { pii: { env: 'PII' } } };
  const snapshot: SilverDataset = { ...over('snapshot', 'window'), lookups: [people] };

  it('waits until there is something to refer to', () => {
    expect(summary(event, emptyState(name), [windows, snapshotOf(0)])).toBeUndefined();
    expect(summary(event, emptyState(name), [bronze('event', []), snapshotOf(1)])).toBeUndefined();
  });

  it('reads the other, and judges all rows again when it has changed', () => {
    const all = ['_source: 2024-01-15-a', 'silver__people: people-2', ...CLEANING];
    expect(summary(event, emptyState(name), [windows, snapshotOf(2)])).toEqual({
      reason: 'missing: never built',
      stages: all,
      replaceAll: true,
    });
    const state = { ...table(1, { '2024-01-15': { fromBatches: ['2024-01-15-a'] } }), inputs: seen(1) };
    expect(summary(event, state, [windows, snapshotOf(2)])).toEqual({
      reason: 'stale: silver.people moved from version 1 to 2, to which it refers',
      stages: all,
      replaceAll: true,
    });
    expect(summary(event, { ...state, inputs: seen(2) }, [windows, snapshotOf(2)])).toBeUndefined();
  });

  it('looks at the other as it was on its day, and takes nothing over from the snapshot before', () => {
    const state = table(1, { '2024-01-15': { inputs: seen(2) } });
    expect(summary(snapshot, state, [windows, snapshotOf(2)], logicalDate('2024-01-15'))).toBeUndefined();
    expect(summary(snapshot, state, [windows, snapshotOf(3, '2024-01-16')])).toEqual({
      reason: 'missing: no partition for 2024-01-16',
      stages: ['_source: 2024-01-15-a', 'silver__people: people-3', ...CLEANING],
      replaceAll: false,
    });
  });

  it('tells the engine where its keys are', () => {
    expect(planSilver(event, emptyState(name), [windows, snapshotOf(1)], day)?.request.keys).toEqual({ pii: { env: 'PII' } });
    expect(planSilver(over('event', 'window'), emptyState(name), [windows], day)?.request).not.toHaveProperty('keys');
  });
});
