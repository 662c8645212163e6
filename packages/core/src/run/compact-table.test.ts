import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../testkit/src/fakes/manual-clock.ts';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import type { Batch, Commit, PartitionEntry } from '../lake/commit.ts';
import { planCompaction } from '../lake/plan-compaction.ts';
import { commitToTable, readTable } from '../lake/table-log.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { BuildRequest } from '../ports/sql-engine.ts';
import { compactTable } from './compact-table.ts';

const dataset = datasetName('bronze', 'orders');
const [MONDAY, TUESDAY] = [logicalDate('2024-01-15'), logicalDate('2024-01-16')];
const RULES = { smallBytes: 100, targetBytes: 1000, minFiles: 2 };
const signal = new AbortController().signal;

const fileOf = (name: string, more: Partial<DataFile> = {}): DataFile => ({
  key: objectKey(`bronze/orders/${name}/part-0.parquet`),
  rows: 1,
  bytes: 10,
  checksum: 'sha256:1',
  columns: { id: { nulls: 0 } },
  ...more,
});
const batchOf = (id: string, more: Partial<Batch> = {}): Batch => ({ id, version: 1, rows: 1, files: [fileOf(id)], window: {}, ...more });

function entryOf(batches: readonly Batch[], version = 1): PartitionEntry {
  const files = batches.flatMap((batch) => batch.files);
  return { version, fingerprint: 'f', rows: batches.length, files, refused: { rows: 0, files: [] }, batches, inputs: {} };
}

async function commit(store: ObjectStore, partitions: Readonly<Record<LogicalDate, PartitionEntry>>): Promise<void> {
  const before = await readTable(store, dataset);
  const next: Commit = {
    format: 1,
    dataset,
    version: before.version + 1,
    run: 'r',
    committedAt: '2024-01-17T00:00:00.000Z',
    columns: [{ name: 'id', type: { kind: 'bigint' } }],
    refusedColumns: [],
    fingerprint: 'f',
    partitions,
    replaceAll: false,
    inputs: {},
    checks: [],
    watermark: { coveredTo: '2024-01-17T00:00:00.000Z' },
    definition: { 'column id': 'd' },
    contract: { version: 1, protected: ['id'] },
  };
  await commitToTable(store, before, next);
}

/** Ports whose engine writes one file a group; `hashOf` is what the digests say of files, `meanwhile` happens during the n-th build. */
function portsOf(store: ObjectStore, hashOf: (files: readonly string[]) => string, meanwhile: (build: number) => Promise<unknown>) {
  let builds = 0;
  const build = async (request: BuildRequest, { attempt }: { readonly attempt: string }) => {
    builds += 1;
    await meanwhile(builds);
    const [output] = request.outputs;
    const day = output?.partition.kind === 'day' ? output.partition.day : MONDAY;
    return {
      outputs: [{ part: 'rows' as const, partitions: [{ day, rows: 2, files: [fileOf(attempt, { rows: 2 })] }] }],
      violations: {},
      accounts: [],
    };
  };
  const digest = async ({ files }: { readonly files: readonly string[] }) => [{ group: 0, rows: 2, hash: hashOf(files), columns: {} }];
  const catalog = { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] };
  return {
    store,
    catalog,
    clock: manualClock(),
    engine: async () => ({ dialect: 'duckdb' as const, build }),
    digests: async () => ({ digest, digestDays: async () => new Map(), keyBounds: async () => [] }),
  };
}

const twoDays = () => ({ [MONDAY]: entryOf([batchOf('m1'), batchOf('m2')]), [TUESDAY]: entryOf([batchOf('t1'), batchOf('t2')]) });

describe('compactTable', () => {
  it('commits on top of what a run did meanwhile, and leaves out what the run replaced', async () => {
    const store = memoryObjectStore();
    await commit(store, twoDays());
    const run = (build: number) => (build === 2 ? commit(store, { [TUESDAY]: entryOf([batchOf('t3')], 2) }) : Promise.resolve());
    const report = await compactTable(
      dataset,
      RULES,
      portsOf(store, () => 'same', run),
      signal,
    );
    expect(report).toMatchObject({ version: 3, partitions: 1, filesBefore: 2, filesAfter: 1 });
    const after = await readTable(store, dataset);
    expect(after.partitions.get(MONDAY)).toMatchObject({ version: 1, compactedIn: 3, batches: [{ id: 'm1' }, { id: 'm2' }] });
    expect(after.partitions.get(MONDAY)?.files).toMatchObject([{ rows: 2, batches: ['m1', 'm2'] }]);
    expect(after.partitions.get(TUESDAY)).toMatchObject({ version: 2, files: [{ key: 'bronze/orders/t3/part-0.parquet' }] });
    expect(after).toMatchObject({
      watermark: { coveredTo: '2024-01-17T00:00:00.000Z' },
      definition: { 'column id': 'd' },
      contract: { version: 1, protected: ['id'] },
    });
  });

  it('publishes nothing if the new files do not hold the same rows', async () => {
    const store = memoryObjectStore();
    await commit(store, twoDays());
    const ports = portsOf(
      store,
      (files) => String(files.length),
      () => Promise.resolve(),
    );
    await expect(compactTable(dataset, RULES, ports, signal)).rejects.toMatchObject({ code: 'internal/unexpected' });
    expect((await readTable(store, dataset)).version).toBe(1);
  });

  it('gives way to somebody who always commits first', async () => {
    const store = memoryObjectStore();
    await commit(store, twoDays());
    const putIfAbsent: ObjectStore['putIfAbsent'] = async (key, body) => {
      if (/\d{12}\.json$/.test(key)) await commit(store, { [logicalDate('2024-01-17')]: entryOf([]) });
      return store.putIfAbsent(key, body);
    };
    const ports = portsOf(
      { ...store, putIfAbsent },
      () => 'same',
      () => Promise.resolve(),
    );
    await expect(compactTable(dataset, RULES, ports, signal)).rejects.toMatchObject({ code: 'lake/commit-conflict' });
    expect((await readTable(store, dataset)).partitions.get(MONDAY)?.files).toHaveLength(2);
  });
});

describe('planCompaction', () => {
  const planOf = async (batches: readonly Batch[], rules = RULES) => {
    const store = memoryObjectStore();
    await commit(store, { [MONDAY]: entryOf(batches) });
    return planCompaction(await readTable(store, dataset), rules).map((group) => group.batches.map(({ id }) => id));
  };
  const proof = (files: number) => ({ reconciled: { level: 'hash', at: '', files, digest: { rows: 1, columns: {} } } as const });

  it('leaves large files alone, and fills new ones up to their size', async () => {
    const large = batchOf('large', { files: [fileOf('large', { bytes: 100 })] });
    expect(await planOf([batchOf('a'), large, batchOf('b'), batchOf('c')])).toEqual([['a', 'b', 'c']]);
    expect(
      await planOf(
        ['a', 'b', 'c', 'd', 'e'].map((id) => batchOf(id)),
        { ...RULES, targetBytes: 20 },
      ),
    ).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(await planOf([batchOf('a'), large], RULES)).toEqual([]);
  });

  it('keeps apart what has other columns', async () => {
    const wider = (id: string) => batchOf(id, { files: [fileOf(id, { columns: { id: { nulls: 0 }, note: { nulls: 0 } } })] });
    expect(await planOf([batchOf('a'), batchOf('b'), wider('c'), wider('d')])).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('leaves a batch alone of which the proof is about some files only', async () => {
    const half = batchOf('half', { files: [fileOf('h1'), fileOf('h2')], ...proof(1) });
    const whole = batchOf('whole', { files: [fileOf('w1'), fileOf('w2')], ...proof(2) });
    expect(await planOf([half, whole, batchOf('a')])).toEqual([['whole', 'a']]);
  });
});
