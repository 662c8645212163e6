import type { DatasetName } from '../layout/dataset-name.ts';
import { LAYERS } from '../layout/dataset-name.ts';
import { dataPrefix, TABLE_LOGS_PREFIX, tableOfLog } from '../layout/object-key.ts';
import type { ListedObject, ObjectStore } from '../ports/object-store.ts';
import type { PartitionEntry } from './commit.ts';
import { readVersionsSince } from './table-log.ts';

/** What may go, and what it frees. */
export interface VacuumReport {
  readonly files: readonly ListedObject[];
  readonly bytes: number;
}

/**
 * Finds data files that no version since `cutoff` refers to, of any table that has a log here: also of those that the
 * project no longer declares. A file younger than `cutoff` is never among them: a run
 * that is under way may be about to refer to it.
 */
export async function findUnreferenced(store: ObjectStore, cutoff: Date): Promise<VacuumReport> {
  const referenced = new Set<string>();
  for (const dataset of await listTables(store)) {
    for (const state of await readVersionsSince(store, dataset, cutoff)) {
      for (const entry of state.partitions.values()) for (const key of keysOf(entry)) referenced.add(key);
    }
  }
  const listed = await Promise.all(LAYERS.map((layer) => store.list(dataPrefix(layer))));
  const files = listed.flat().filter((object) => !referenced.has(object.key) && object.modifiedAt < cutoff);
  return { files, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
}

async function listTables(store: ObjectStore): Promise<ReadonlySet<DatasetName>> {
  const logs = await store.list(TABLE_LOGS_PREFIX);
  return new Set(logs.flatMap(({ key }) => tableOfLog(key) ?? []));
}

function keysOf(entry: PartitionEntry): readonly string[] {
  return [...entry.files, ...entry.refused.files].map(({ key }) => key);
}
