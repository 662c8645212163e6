import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Commit, PartitionEntry } from './commit.ts';
import { commitToTable, readTable } from './table-log.ts';
import { readHistory, readTableAsOf } from './time-travel.ts';
import { findUnreferenced, removeUnreferenced } from './vacuum.ts';

const dataset = datasetName('silver', 'sales');
const day = logicalDate('2024-01-15');
const minute = (n: number) => new Date(Date.UTC(2024, 0, 20, 0, n));
const file = (name: string): DataFile => ({
  key: objectKey(`silver/year=2024/month=01/day=15/sales/${name}/part-0.parquet`),
  rows: 1,
  bytes: 5,
  checksum: 'sha256:1',
  columns: {},
});

/** A store whose objects are as old as a test says; objects that nobody dated are of minute 0. */
function datedStore() {
  const store = memoryObjectStore();
  const ages = new Map<string, Date>();
  const dated: ObjectStore = {
    ...store,
    list: async (prefix) => (await store.list(prefix)).map((object) => ({ ...object, modifiedAt: ages.get(object.key) ?? minute(0) })),
  };
  const write = async ({ key }: DataFile, at: number) => {
    ages.set(key, minute(at));
    await store.putIfAbsent(key, new TextEncoder().encode('bytes'));
  };
  return { store: dated, write };
}

/** Commits version n at minute n: the day consists of `rows` and `refused` from then on. */
async function commit(store: ObjectStore, rows: readonly DataFile[], refused: readonly DataFile[] = []): Promise<void> {
  const before = await readTable(store, dataset);
  const version = before.version + 1;
  const entry: PartitionEntry = { version, fingerprint: 'f', rows: 1, files: rows, refused: { rows: 1, files: refused }, inputs: {} };
  const next: Commit = {
    format: 1,
    dataset,
    version,
    run: 'r',
    committedAt: minute(version).toISOString(),
    columns: [],
    refusedColumns: [],
    fingerprint: 'f',
    partitions: { [day]: entry },
    replaceAll: false,
    inputs: {},
    checks: [],
  };
  await commitToTable(store, before, next);
}

const found = async (store: ObjectStore, cutoff: number) =>
  (await findUnreferenced(store, minute(cutoff))).files.map(({ key }) => key.split('/')[5]);

describe('findUnreferenced', () => {
  it('finds what was superseded before the cutoff, refused rows included, and what it frees', async () => {
    const { store, write } = datedStore();
    for (const name of ['a', 'bad_a', 'b', 'c']) await write(file(name), 0);
    await commit(store, [file('a')], [file('bad_a')]);
    await commit(store, [file('b')]);
    await commit(store, [file('c')]);
    expect(await found(store, 2)).toEqual([]);
    // Version 1 was current until minute 2, version 2 until minute 3.
    expect(await found(store, 3)).toEqual(['a', 'bad_a']);
    expect(await found(store, 4)).toEqual(['a', 'b', 'bad_a']);
    expect((await findUnreferenced(store, minute(3))).bytes).toBe(10);
  });

  it('never finds a young file: a run may be about to refer to it', async () => {
    const { store, write } = datedStore();
    await write(file('half_written'), 7);
    await write(file('left_over'), 6);
    expect(await found(store, 7)).toEqual(['left_over']);
  });

  it('looks at data only, not at logs and records', async () => {
    const { store } = datedStore();
    await commit(store, []);
    await store.putIfAbsent(objectKey('artifacts/logs/runs/r1.json'), new Uint8Array(3));
    expect(await found(store, 60)).toEqual([]);
  });

  it('keeps every file of every version that was current since the cutoff, and no old one besides', async () => {
    const names = fc.array(fc.subarray(['a', 'b', 'c', 'd', 'e']), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 9 }), async (versions, cutoff) => {
        const { store, write } = datedStore();
        for (const name of ['a', 'b', 'c', 'd', 'e']) await write(file(name), 0);
        for (const version of versions) await commit(store, version.map(file));
        // Version n was current until minute n + 1; the last one still is.
        const kept = versions.filter((_, i) => i + 1 === versions.length || i + 2 >= cutoff).flat();
        expect(await found(store, cutoff)).toEqual(['a', 'b', 'c', 'd', 'e'].filter((name) => !kept.includes(name)));
      }),
    );
  });

  it('keeps the files of a table that the project no longer declares: the lake is asked, not the project', async () => {
    const { store, write } = datedStore();
    const kept = file('kept');
    await write(kept, 0);
    await commit(store, [kept]);
    expect((await findUnreferenced(store, minute(30))).files).toEqual([]);
  });
});

describe('removeUnreferenced', () => {
  it('says of which versions it has removed files, so that nobody reads the rest of one', async () => {
    const { store, write } = datedStore();
    for (const name of ['a', 'b', 'c']) await write(file(name), 0);
    for (const name of ['a', 'b', 'c']) await commit(store, [file(name)]);
    expect((await removeUnreferenced(store, minute(3))).files).toHaveLength(1);
    await expect(readTableAsOf(store, dataset, 1)).rejects.toMatchObject({
      code: 'lake/version-expired',
      hint: expect.stringContaining('since 2'),
    });
    await expect(readTableAsOf(store, dataset, minute(1))).rejects.toMatchObject({ code: 'lake/version-expired' });
    expect((await readTableAsOf(store, dataset, 2)).version).toBe(2);
    expect(await readHistory(store, dataset, 2)).toMatchObject({ versions: 3, oldestWhole: 2, commits: [{ version: 3 }, { version: 2 }] });
    // Nothing more to remove: nothing more is said.
    const before = await store.list('');
    expect((await removeUnreferenced(store, minute(3))).files).toEqual([]);
    expect(await store.list('')).toEqual(before);
  });

  it('notes it before it removes the first file, and goes on after it was stopped', async () => {
    const { store, write } = datedStore();
    for (const name of ['a', 'b']) await write(file(name), 0);
    for (const name of ['a', 'b']) await commit(store, [file(name)]);
    const stopped: ObjectStore = { ...store, delete: () => Promise.reject(new Error('stopped')) };
    await expect(removeUnreferenced(stopped, minute(9))).rejects.toThrow('stopped');
    await expect(readTableAsOf(store, dataset, 1)).rejects.toMatchObject({ code: 'lake/version-expired' });
    expect((await removeUnreferenced(store, minute(9))).files).toHaveLength(1);
  });
});
