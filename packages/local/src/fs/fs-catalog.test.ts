import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetName, LOCAL_CATALOG_PREFIX, logicalDate, objectKey } from '@snowmelt/core/ports';
import { catalogContract, memoryObjectStore } from '@snowmelt/testkit';
import { expect, it } from 'vitest';
import { fsCatalog } from './fs-catalog.ts';
import { fsObjectStore } from './fs-object-store.ts';

catalogContract('fsCatalog', async () => {
  const root = await mkdtemp(join(tmpdir(), 'snowmelt-catalog-'));
  return { catalog: fsCatalog({ store: fsObjectStore({ root }) }), dispose: () => rm(root, { recursive: true, force: true }) };
});

it('counts a damaged registration as none, and the next one mends it', async () => {
  const store = memoryObjectStore();
  const dataset = datasetName('gold', 't');
  await store.putIfAbsent(objectKey(`${LOCAL_CATALOG_PREFIX}gold.t/_table.json`), new TextEncoder().encode('{"tab'));
  const catalog = fsCatalog({ store });
  expect(await catalog.get(dataset)).toBeUndefined();
  const partition = { day: logicalDate('2024-01-15'), rows: 1, locations: ['gold/x'] };
  await catalog.register({ dataset, table: 't', columns: [], version: 1, partitions: [partition], replaceAll: false });
  expect((await catalog.get(dataset))?.version).toBe(1);
});

it('registers again what was registered in another format', async () => {
  const store = memoryObjectStore();
  const dataset = datasetName('gold', 't');
  const old = JSON.stringify({ table: 't', columns: [], version: 7 });
  await store.putIfAbsent(objectKey(`${LOCAL_CATALOG_PREFIX}gold.t/_table.json`), new TextEncoder().encode(old));
  const catalog = fsCatalog({ store });
  expect(await catalog.get(dataset)).toBeUndefined();
  await catalog.register({ dataset, table: 't', columns: [], version: 5, partitions: [], replaceAll: true });
  expect((await catalog.get(dataset))?.version).toBe(5);
});

it('keeps the days of a month in one file', async () => {
  const store = memoryObjectStore();
  const dataset = datasetName('gold', 't');
  const days = ['2024-01-15', '2024-01-16', '2024-02-01'].map(logicalDate);
  const partitions = days.map((day) => ({ day, rows: 1, locations: [`gold/${day}`] }));
  const catalog = fsCatalog({ store });
  await catalog.register({ dataset, table: 't', columns: [], version: 1, partitions, replaceAll: false });
  const keys = (await store.list(`${LOCAL_CATALOG_PREFIX}gold.t/`)).map(({ key }) => key.slice(key.lastIndexOf('/') + 1));
  expect(keys).toEqual(['2024-01.json', '2024-02.json', '_table.json']);
  expect(await catalog.listPartitions(dataset)).toEqual(partitions);
});
