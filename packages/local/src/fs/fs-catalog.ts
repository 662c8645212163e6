import {
  type Catalog,
  type CatalogPartition,
  type CatalogTable,
  type CatalogUpdate,
  type DatasetName,
  LOCAL_CATALOG_PREFIX,
  type LogicalDate,
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

/** The days of one month, in one file. */
type RegisteredMonth = Readonly<Record<LogicalDate, RegisteredPartition>>;

interface RegisteredTable extends CatalogTable {
  readonly format: 2;
}

const TABLE_FILE = '_table.json';
const MONTH_FILE = /\/\d{4}-\d\d\.json$/;
const SWAP_ATTEMPTS = 100;

/**
 * Keeps the catalog as JSON files in the lake: one per table and one per month, so registering costs what a commit touched,
 * however long its history is, and a year is a dozen files. The table's file is written last; partitions count once it is there.
 */
export function fsCatalog(options: { readonly store: ObjectStore }): Catalog {
  const { store } = options;
  return {
    register: (update) => register(store, update),
    get: (dataset) => readTable(store, dataset),
    listPartitions: (dataset) => listPartitions(store, dataset),
  };
}

async function readTable(store: ObjectStore, dataset: DatasetName): Promise<CatalogTable | undefined> {
  const found = await readJson<RegisteredTable>(store, fileOf(dataset, TABLE_FILE));
  // Other formats kept the partitions elsewhere: as if nothing was registered, so that all of it is registered again.
  if (found?.format !== 2) return undefined;
  const { format: _format, ...table } = found;
  return table;
}

async function register(store: ObjectStore, update: CatalogUpdate): Promise<void> {
  const { dataset, table, columns, version } = update;
  const months = new Map<ObjectKey, CatalogPartition[]>();
  if (update.replaceAll) for (const key of await monthKeys(store, dataset)) months.set(key, []);
  for (const partition of update.partitions) {
    const key = fileOf(dataset, `${partition.day.slice(0, 7)}.json`);
    months.set(key, [...(months.get(key) ?? []), partition]);
  }
  await forEachLimited(months, 8, ([key, partitions]) =>
    swap<RegisteredMonth>(store, key, (current) => mergeMonth(current ?? {}, partitions, update)),
  );
  await swap<RegisteredTable>(store, fileOf(dataset, TABLE_FILE), (current) =>
    current?.format === 2 && current.version > version ? current : { format: 2, table, columns, version },
  );
}

function mergeMonth(current: RegisteredMonth, partitions: readonly CatalogPartition[], update: CatalogUpdate): RegisteredMonth {
  const { version, replaceAll } = update;
  const days = Object.entries(current) as [LogicalDate, RegisteredPartition][];
  const merged = new Map(days.filter(([, registered]) => !replaceAll || registered.version > version));
  for (const { day, rows, locations } of partitions) {
    if ((merged.get(day)?.version ?? 0) <= version) merged.set(day, { day, rows, locations, version });
  }
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function listPartitions(store: ObjectStore, dataset: DatasetName): Promise<readonly CatalogPartition[]> {
  const partitions: CatalogPartition[] = [];
  await forEachLimited(await monthKeys(store, dataset), 8, async (key) => {
    const month = Object.values((await readJson<RegisteredMonth>(store, key)) ?? {});
    partitions.push(...month.map(({ day, locations, rows }) => ({ day, locations, rows })));
  });
  return partitions.sort((a, b) => (a.day < b.day ? -1 : 1));
}

async function monthKeys(store: ObjectStore, dataset: DatasetName): Promise<readonly ObjectKey[]> {
  return (await store.list(folderOf(dataset))).map(({ key }) => key).filter((key) => MONTH_FILE.test(key));
}

async function swap<T>(store: ObjectStore, key: ObjectKey, change: (current: T | undefined) => T): Promise<void> {
  for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
    const current = await store.get(key);
    const body = new TextEncoder().encode(`${JSON.stringify(change(current === undefined ? undefined : parse<T>(current.body)))}\n`);
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
