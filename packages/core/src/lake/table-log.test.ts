import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { addDays, type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { type ObjectKey, objectKey } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { applyCommit, type Commit, emptyState, type PartitionEntry, type TableState } from './commit.ts';
import { commitToTable, readTable, readVersionsSince } from './table-log.ts';

const dataset = datasetName('silver', 'sales');
const keyOf = (version: number, ending = 'json') =>
  objectKey(`artifacts/catalog/silver.sales/${String(version).padStart(12, '0')}.${ending}`);

function entry(version: number, rows: number): PartitionEntry {
  const file = {
    key: objectKey(`silver/part-${version}-${rows}.parquet`),
    rows,
    bytes: 10,
    checksum: 'sha256:1',
    columns: { id: { nulls: 0, min: '1' } },
  };
  return {
    version,
    fingerprint: 'f',
    rows,
    files: [file],
    refused: { rows: 0, files: [] },
    rowsRead: rows,
    fromBatches: ['b'],
    inputs: { 'bronze.sales': version },
  };
}

/** What a property varies of a commit. */
interface Change {
  readonly days: readonly number[];
  readonly replaceAll: boolean;
  readonly watermark: string | undefined;
}

const change: fc.Arbitrary<Change> = fc.record({
  days: fc.uniqueArray(fc.nat(6), { maxLength: 3 }),
  replaceAll: fc.boolean(),
  watermark: fc.option(fc.constantFrom('2024-01-16T00:00:00.000Z', '2024-01-17T00:00:00.000Z'), { nil: undefined }),
});

function commitOf(version: number, { days, replaceAll, watermark }: Change): Commit {
  const at = (n: number): LogicalDate => addDays(logicalDate('2024-01-15'), n);
  return {
    format: 1,
    dataset,
    version,
    run: `run${version}`,
    committedAt: new Date(Date.UTC(2024, 0, 1, 0, version)).toISOString(),
    columns: [{ name: 'id', type: { kind: 'bigint' } }],
    refusedColumns: [],
    fingerprint: `f${version % 3}`,
    partitions: Object.fromEntries(days.map((n) => [at(n), entry(version, n)])),
    replaceAll,
    inputs: { 'bronze.sales': version },
    checks: [{ check: 'unique(id)', severity: 'warn', violations: version % 2 }],
    ...(watermark === undefined ? {} : { watermark: { coveredTo: watermark, high: watermark } }),
  };
}

const one: Change = { days: [0], replaceAll: false, watermark: undefined };

async function commitAll(store: ObjectStore, changes: readonly Change[]): Promise<TableState> {
  let state = await readTable(store, dataset);
  for (const next of changes) state = await commitToTable(store, state, commitOf(state.version + 1, next));
  return state;
}

/** A store that counts the objects it is asked for. */
function countGets(store: ObjectStore) {
  const gets: ObjectKey[] = [];
  const get: ObjectStore['get'] = (key) => {
    gets.push(key);
    return store.get(key);
  };
  return { gets, store: { ...store, get } };
}

describe('a table log', () => {
  it('is empty before the first commit', async () => {
    expect(await readTable(memoryObjectStore(), dataset)).toEqual(emptyState(dataset));
  });

  it('gives, read again, what its commits make one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        const store = memoryObjectStore();
        const written = await commitAll(store, changes);
        const folded = changes.reduce((state, next, i) => applyCommit(state, commitOf(i + 1, next)), emptyState(dataset));
        expect(written).toEqual(folded);
        const read = await readTable(store, dataset);
        expect(read).toEqual(folded);
        expect([...read.partitions.keys()]).toEqual([...folded.partitions.keys()].sort());
      }),
      { numRuns: 50 },
    );
  });

  it('gives every version, of which the last is the present one', async () => {
    const store = memoryObjectStore();
    const states: TableState[] = [];
    for (let version = 1; version <= 20; version++) states.push(await commitAll(store, [{ ...one, days: [version % 7] }]));
    expect(await readVersionsSince(store, dataset, new Date(0))).toEqual(states);
    // Version 18 was superseded by the commit of 00:19.
    expect(await readVersionsSince(store, dataset, new Date(Date.UTC(2024, 0, 1, 0, 19)))).toEqual(states.slice(17));
    expect(await readVersionsSince(store, dataset, new Date(Date.UTC(2025, 0, 1)))).toEqual(states.slice(-1));
  });

  it('is opened by reading few objects, however long it is', async () => {
    const store = memoryObjectStore();
    const written = await commitAll(store, Array<Change>(500).fill(one));
    const counted = countGets(store);
    expect(await readTable(counted.store, dataset)).toEqual(written);
    expect(counted.gets.length).toBeLessThanOrEqual(20);
  });

  it('can be opened where a snapshot was never written, as after a crash', async () => {
    const store = memoryObjectStore();
    const written = await commitAll(store, Array<Change>(40).fill(one));
    await store.delete([keyOf(32, 'snapshot.json')]);
    expect(await readTable(store, dataset)).toEqual(written);
    await store.delete([keyOf(16, 'snapshot.json')]);
    expect(await readTable(store, dataset)).toEqual(written);
  });
});

describe('a commit', () => {
  it('that comes second changes nothing', async () => {
    const store = memoryObjectStore();
    const state = await commitAll(store, Array<Change>(15).fill(one));
    const first = await commitToTable(store, state, commitOf(16, { ...one, days: [3] }));
    const before = await store.list('');
    await expect(commitToTable(store, state, commitOf(16, { ...one, days: [4] }))).rejects.toMatchObject({
      code: 'lake/commit-conflict',
      retry: 'safe',
      at: { dataset },
    });
    expect(await store.list('')).toEqual(before);
    expect(await readTable(store, dataset)).toEqual(first);
  });

  it('of one table is not one of another whose name begins alike', async () => {
    const store = memoryObjectStore();
    await commitAll(store, [one]);
    expect((await readTable(store, datasetName('silver', 'sale'))).version).toBe(0);
    expect((await readTable(store, datasetName('silver', 'sales_2'))).version).toBe(0);
  });
});

describe('a damaged log', () => {
  const readers = [
    ['readTable', (store: ObjectStore) => readTable(store, dataset)],
    ['readVersionsSince', (store: ObjectStore) => readVersionsSince(store, dataset, new Date(0))],
  ] as const;

  it.each(readers)('that lacks a version is refused by %s', async (_name, read) => {
    for (const version of [1, 3]) {
      const store = memoryObjectStore();
      await commitAll(store, Array<Change>(5).fill(one));
      await store.delete([keyOf(version)]);
      await expect(read(store)).rejects.toMatchObject({ code: 'lake/corrupt-log', hint: expect.stringContaining(keyOf(version)) });
    }
  });

  it.each(readers)('that holds garbage is refused by %s', async (_name, read) => {
    for (const garbage of ['', '{"format":1,"da', 'null', '7', '\u0000\u0001']) {
      const store = memoryObjectStore();
      await commitAll(store, Array<Change>(3).fill(one));
      await store.compareAndSwap(keyOf(2), new TextEncoder().encode(garbage), (await store.get(keyOf(2)))?.tag);
      await expect(read(store)).rejects.toMatchObject({ code: 'lake/corrupt-log', message: expect.stringContaining(keyOf(2)) });
    }
  });

  it('is refused where it is the newest snapshot that is garbage', async () => {
    const store = memoryObjectStore();
    await commitAll(store, Array<Change>(17).fill(one));
    const key = keyOf(16, 'snapshot.json');
    await store.compareAndSwap(key, new TextEncoder().encode('{'), (await store.get(key))?.tag);
    await expect(readTable(store, dataset)).rejects.toMatchObject({ code: 'lake/corrupt-log' });
  });
});
