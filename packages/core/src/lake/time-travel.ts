import type { DatasetName } from '../layout/dataset-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Commit, TableState } from './commit.ts';
import { readCommits } from './read-commits.ts';
import { listVersions, readVersion, versionAt } from './read-versions.ts';
import { expiredVersion, oldestWhole } from './vacuumed.ts';

/** A point in a table's history: a version, or the instant at which one was current. */
export type PointInTime = number | Date;

/**
 * Reads a table as it was, provided that its files are still there; version 0: it did not exist yet.
 * @throws lake/unknown-version, lake/version-expired
 */
export async function readTableAsOf(store: ObjectStore, dataset: DatasetName, at: PointInTime): Promise<TableState> {
  const version = typeof at === 'number' ? at : await versionAt(store, dataset, at);
  const state = await readVersion(store, dataset, version);
  const whole = await oldestWhole(store, dataset);
  if (version > 0 && version < whole) throw expiredVersion(dataset, version, whole);
  return state;
}

/** A table's commits, newest first, and the oldest version that can still be read. */
export interface History {
  readonly commits: readonly Commit[];
  readonly versions: number;
  readonly oldestWhole: number;
}

/** Reads the newest commits of a table. @throws lake/corrupt-log */
export async function readHistory(store: ObjectStore, dataset: DatasetName, limit: number): Promise<History> {
  const { newest } = await listVersions(store, dataset);
  const commits = await readCommits(store, dataset, Math.max(1, newest - limit + 1), newest);
  return { commits: [...commits].reverse(), versions: newest, oldestWhole: await oldestWhole(store, dataset) };
}
