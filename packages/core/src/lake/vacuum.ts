import type { DatasetName } from '../layout/dataset-name.ts';
import { LAYERS } from '../layout/dataset-name.ts';
import { dataPrefix, TABLE_LOGS_PREFIX, tableOfData, tableOfLog } from '../layout/object-key.ts';
import type { ListedObject, ObjectStore } from '../ports/object-store.ts';
import type { PartitionEntry } from './commit.ts';
import { readCommits } from './read-commits.ts';
import { listVersions, readVersion, versionAt } from './read-versions.ts';
import { noteVacuumed } from './vacuumed.ts';

/** What may go, and what it frees. */
export interface VacuumReport {
  readonly files: readonly ListedObject[];
  readonly bytes: number;
}

interface Found extends VacuumReport {
  /** The oldest version that keeps all its files, by table. */
  readonly whole: ReadonlyMap<DatasetName, number>;
}

/**
 * Finds data files that no version since `cutoff` refers to, of any table that has a log here: also of those that the
 * project no longer declares. A file younger than `cutoff` is never among them: a run
 * that is under way may be about to refer to it.
 */
export async function findUnreferenced(store: ObjectStore, cutoff: Date): Promise<VacuumReport> {
  const { files, bytes } = await find(store, cutoff);
  return { files, bytes };
}

/**
 * Removes what {@link findUnreferenced} finds. First it is noted, table by table, which versions are no longer whole, so that
 * nobody reads a half of one; killed at any point, the next vacuum goes on.
 */
export async function removeUnreferenced(store: ObjectStore, cutoff: Date): Promise<VacuumReport> {
  const { files, bytes, whole } = await find(store, cutoff);
  const touched = new Set(files.flatMap(({ key }) => tableOfData(key) ?? []));
  for (const [dataset, version] of whole) if (touched.has(dataset)) await noteVacuumed(store, dataset, version);
  await store.delete(files.map(({ key }) => key));
  return { files, bytes };
}

// Data is listed before the logs are read: a file that is committed in between is in the logs by then.
async function find(store: ObjectStore, cutoff: Date): Promise<Found> {
  const listed = await Promise.all(LAYERS.map((layer) => store.list(dataPrefix(layer))));
  const referenced = new Set<string>();
  const whole = new Map<DatasetName, number>();
  for (const dataset of await listTables(store)) whole.set(dataset, await addReferenced(store, dataset, cutoff, referenced));
  const files = listed.flat().filter((object) => !referenced.has(object.key) && object.modifiedAt < cutoff);
  return { files, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), whole };
}

// What the version that was current at the cutoff refers to, and what every commit since then does: so does every version since.
async function addReferenced(store: ObjectStore, dataset: DatasetName, cutoff: Date, referenced: Set<string>): Promise<number> {
  const add = (entry: PartitionEntry): void => {
    for (const { key } of [...entry.files, ...entry.refused.files]) referenced.add(key);
  };
  const oldest = await versionAt(store, dataset, new Date(cutoff.getTime() - 1));
  const { newest } = await listVersions(store, dataset);
  for (const entry of (await readVersion(store, dataset, oldest)).partitions.values()) add(entry);
  for (const commit of await readCommits(store, dataset, oldest + 1, newest))
    for (const entry of Object.values(commit.partitions)) add(entry);
  return Math.max(oldest, 1);
}

async function listTables(store: ObjectStore): Promise<ReadonlySet<DatasetName>> {
  const logs = await store.list(TABLE_LOGS_PREFIX);
  return new Set(logs.flatMap(({ key }) => tableOfLog(key) ?? []));
}
