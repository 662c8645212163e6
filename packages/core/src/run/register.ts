import type { PartitionEntry, TableState } from '../lake/commit.ts';
import { type DatasetName, quarantineOf } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { Catalog, CatalogPartition } from '../ports/catalog.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { Step } from '../steps/step.ts';

/** Tells the catalog what a commit changed. Idempotent. */
export async function registerCommit(catalog: Catalog, step: Step, after: TableState): Promise<void> {
  const written = [...after.partitions].filter(([, entry]) => entry.version === after.version);
  await registerPartitions(catalog, after, written, step.commit.replaceAll);
}

/** Tells the catalog where the rows of a table lie that was compacted. Idempotent. */
export async function registerCompaction(catalog: Catalog, after: TableState): Promise<void> {
  const moved = [...after.partitions].filter(([, entry]) => entry.compactedIn === after.version);
  await registerPartitions(catalog, after, moved, false);
}

/** Tells the catalog all that a table consists of. Idempotent. */
export async function registerState(catalog: Catalog, state: TableState): Promise<void> {
  await registerPartitions(catalog, state, [...state.partitions], true);
}

/** Brings a catalog that missed commits up to the table log. True if there was something to do. */
export async function repairCatalog(catalog: Catalog, state: TableState): Promise<boolean> {
  if (state.version === 0) return false;
  const known = await catalog.get(state.dataset);
  if (known?.version === state.version) return false;
  await registerState(catalog, state);
  return true;
}

// The quarantine first: the version of the main table says that both are registered.
async function registerPartitions(
  catalog: Catalog,
  state: TableState,
  entries: readonly (readonly [LogicalDate, PartitionEntry])[],
  replaceAll: boolean,
): Promise<void> {
  const { version, columns, refusedColumns } = state;
  if (refusedColumns.length > 0 && (await hasQuarantine(catalog, state.dataset, entries))) {
    const partitions = entries.map(([day, entry]) => partition(day, entry.refused.rows, entry.refused.files));
    const table = quarantineOf(state.dataset);
    await catalog.register({ dataset: table, table, columns: refusedColumns, version, partitions, replaceAll });
  }
  const partitions = entries.map(([day, entry]) => partition(day, entry.rows, entry.files));
  await catalog.register({ dataset: state.dataset, table: state.dataset, columns, version, partitions, replaceAll });
}

// A quarantine becomes a table with the first row that is refused.
async function hasQuarantine(
  catalog: Catalog,
  dataset: DatasetName,
  entries: readonly (readonly [LogicalDate, PartitionEntry])[],
): Promise<boolean> {
  return entries.some(([, entry]) => entry.refused.files.length > 0) || (await catalog.get(quarantineOf(dataset))) !== undefined;
}

function partition(day: LogicalDate, rows: number, files: readonly DataFile[]): CatalogPartition {
  const folders = files.map(({ key }) => key.slice(0, key.lastIndexOf('/')));
  return { day, rows, locations: [...new Set(folders)] };
}
