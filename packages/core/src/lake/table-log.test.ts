import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { addDays, type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { type ObjectKey, objectKey } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { applyCommit, type Commit, emptyState, type PartitionEntry, type TableState } from './commit.ts';
import { readVersion, versionAt } from './read-versions.ts';
import { commitToTable, readTable } from './table-log.ts';

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

/** A store that counts the objects and listings it is asked for. */
function countGets(store: ObjectStore) {
  const gets: ObjectKey[] = [];
  const lists: string[] = [];
  const get: ObjectStore['get'] = (key) => {
    gets.push(key);
    return store.get(key);
  };
  const list: ObjectStore['list'] = (prefix, options) => {
    lists.push(prefix);
    return store.list(prefix, options);
  };
  return { gets, lists, store: { ...store, get, list } };
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

  it('gives every version, by its number and by the time', async () => {
    const store = memoryObjectStore();
    const states: TableState[] = [emptyState(dataset)];
    for (let version = 1; version <= 40; version++) states.push(await commitAll(store, [{ ...one, days: [version % 7] }]));
    for (const state of states) expect(await readVersion(store, dataset, state.version)).toEqual(state);
    expect(await readVersion(store, dataset)).toEqual(states.at(-1));
    // Version n was committed at minute n.
    for (const version of [0, 1, 17, 40]) {
      expect(await versionAt(store, dataset, new Date(Date.UTC(2024, 0, 1, 0, version)))).toBe(version);
      expect(await versionAt(store, dataset, new Date(Date.UTC(2024, 0, 1, 0, version, 59)))).toBe(version);
    }
    await expect(readVersion(store, dataset, 41)).rejects.toMatchObject({ code: 'lake/unknown-version', at: { dataset } });
  });

  it('is in the order of time, whatever the clocks say', async () => {
    const store = memoryObjectStore();
    const first = await commitToTable(store, emptyState(dataset), { ...commitOf(1, one), committedAt: '2024-01-01T12:00:00.000Z' });
    const second = await commitToTable(store, first, { ...commitOf(2, one), committedAt: '2024-01-01T11:00:00.000Z' });
    expect(second.committedAt).toBe(first.committedAt);
    expect(await versionAt(store, dataset, new Date('2024-01-01T12:00:00.000Z'))).toBe(2);
    expect(await versionAt(store, dataset, new Date('2024-01-01T11:59:00.000Z'))).toBe(0);
  });

  it('is opened by reading few objects, however long it is', async () => {
    const store = memoryObjectStore();
    const written = await commitAll(store, Array<Change>(500).fill(one));
    const counted = countGets(store);
    expect(await readTable(counted.store, dataset)).toEqual(written);
    expect(counted.gets.length).toBeLessThanOrEqual(24);
    expect(counted.lists).toEqual([]);
  });

  it('rewrites, for a snapshot, only the years that have changed', async () => {
    const store = memoryObjectStore();
    await commitAll(store, [{ ...one, days: Array.from({ length: 800 }, (_, n) => n) }]);
    await commitAll(store, Array<Change>(31).fill({ ...one, days: [799] }));
    const segments = (await store.list('')).map(({ key }) => key).filter((key) => key.endsWith('.segment.json'));
    expect(segments.map((key) => key.slice(key.lastIndexOf('/') + 1))).toEqual([
      ...['2024', '2025', '2026'].map((year) => `000000000001.${year}.segment.json`),
      '000000000016.2026.segment.json',
      '000000000032.2026.segment.json',
    ]);
  });

  it('can be read whatever happened to its hint', async () => {
    const store = memoryObjectStore();
    const hint = objectKey('artifacts/catalog/silver.sales/newest-snapshot.json');
    const written = await commitAll(store, Array<Change>(60).fill(one));
    for (const text of ['{"version":16}', '{"version":12}', '', 'null', '{"version":999}']) {
      await store.compareAndSwap(hint, new TextEncoder().encode(text), (await store.get(hint))?.tag);
      expect(await readTable(store, dataset)).toEqual(written);
    }
    await store.delete([hint]);
    expect(await readTable(store, dataset)).toEqual(written);
  });

  it('takes no commit for missing that came while the log was being read', async () => {
    const store = memoryObjectStore();
    let written = await commitAll(store, Array<Change>(16).fill(one));
    // While version 17 is asked for and is not there yet, versions 17 and 18 are committed.
    const get: ObjectStore['get'] = async (key) => {
      const found = await store.get(key);
      if (key === keyOf(17) && written.version === 16) written = await commitAll(store, [one, one]);
      else if (key === keyOf(18)) await new Promise((resolve) => setImmediate(resolve));
      return key === keyOf(18) ? store.get(key) : found;
    };
    expect((await readTable({ ...store, get }, dataset)).version).toBe(18);
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
    ['readVersion', (store: ObjectStore) => readVersion(store, dataset)],
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
