import {
  type Catalog,
  type CatalogPartition,
  type CatalogTable,
  type CatalogUpdate,
  type DatasetName,
  LOCAL_CATALOG_PREFIX,
  type ObjectKey,
  type ObjectStore,
  objectKey,
  SnowmeltError,
} from '@snowmelt/core/ports';
import { forEachLimited } from './durable.ts';

/** A partition, with the table version that registered it: an older registration never undoes a newer one. */
interface RegisteredPartition extends CatalogPartition {
  readonly version: number;
}

const TABLE_FILE = '_table.json';
const SWAP_ATTEMPTS = 20;

/**
 * Keeps the catalog as JSON files in the lake: one per partition and one per table, so registering costs what a commit
 * touched, however long its history is. The table's file is written last; partitions count once it is there.
 */
export function fsCatalog(options: { readonly store: ObjectStore }): Catalog {
  const { store } = options;
  return {
    register: (update) => register(store, update),
    get: async (dataset) => await readJson<CatalogTable>(store, fileOf(dataset, TABLE_FILE)),
    listPartitions: (dataset) => listPartitions(store, dataset),
  };
}

async function register(store: ObjectStore, update: CatalogUpdate): Promise<void> {
  const { dataset, version } = update;
  await forEachLimited(update.partitions, 8, async (partition) => {
    await putNewer<RegisteredPartition>(store, fileOf(dataset, `${partition.day}.json`), { ...partition, version });
  });
  if (update.replaceAll) await dropOthers(store, update);
  await putNewer<CatalogTable>(store, fileOf(dataset, TABLE_FILE), { table: update.table, columns: update.columns, version });
}

async function dropOthers(store: ObjectStore, update: CatalogUpdate): Promise<void> {
  const kept = new Set(update.partitions.map((partition) => partition.day));
  const others = (await readPartitions(store, update.dataset)).filter((found) => !kept.has(found.day) && found.version <= update.version);
  await store.delete(others.map((found) => fileOf(update.dataset, `${found.day}.json`)));
}

async function listPartitions(store: ObjectStore, dataset: DatasetName): Promise<readonly CatalogPartition[]> {
  const partitions = await readPartitions(store, dataset);
  return partitions.map(({ day, locations, rows }) => ({ day, locations, rows })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

async function readPartitions(store: ObjectStore, dataset: DatasetName): Promise<RegisteredPartition[]> {
  const keys = (await store.list(folderOf(dataset))).map((listed) => listed.key);
  const partitions: RegisteredPartition[] = [];
  await forEachLimited(keys, 8, async (key) => {
    if (key.endsWith(`/${TABLE_FILE}`)) return;
    const partition = await readJson<RegisteredPartition>(store, key);
    if (partition !== undefined) partitions.push(partition);
  });
  return partitions;
}

async function putNewer<T extends { readonly version: number }>(store: ObjectStore, key: ObjectKey, value: T): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
    const current = await store.get(key);
    const registered = current === undefined ? undefined : parse<T>(current.body);
    if (registered !== undefined && registered.version > value.version) return;
    if (current !== undefined && Buffer.compare(current.body, body) === 0) return;
    if (await store.compareAndSwap(key, body, current?.tag)) return;
  }
  throw new SnowmeltError('lake/io', { message: `\`${key}\` keeps changing while it is being registered.` });
}

async function readJson<T>(store: ObjectStore, key: ObjectKey): Promise<T | undefined> {
  const found = await store.get(key);
  return found === undefined ? undefined : parse<T>(found.body);
}

// A file that somebody damaged counts as not registered: the table log is the truth, and the next run registers again.
function parse<T>(body: Uint8Array): T | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function folderOf(dataset: DatasetName): string {
  return `${LOCAL_CATALOG_PREFIX}${dataset}/`;
}

function fileOf(dataset: DatasetName, name: string): ObjectKey {
  return objectKey(`${folderOf(dataset)}${name}`);
}
