import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { tableLogPrefix } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { applyCommits, emptyState, type TableState } from './commit.ts';
import { readLogKey } from './log-keys.ts';
import { readCommit, readCommits } from './read-commits.ts';
import { readSnapshot } from './snapshot.ts';

/** The versions that a log has: commits up to `newest`, and the snapshots. */
export interface ListedVersions {
  readonly newest: number;
  /** Newest first. */
  readonly snapshots: readonly number[];
}

/** Lists a log. Costs what the log is long; whoever only wants the table as it is now reads it without. */
export async function listVersions(store: ObjectStore, dataset: DatasetName): Promise<ListedVersions> {
  const objects = (await store.list(tableLogPrefix(dataset))).flatMap(({ key }) => readLogKey(key) ?? []);
  const versions = (kind: 'commit' | 'snapshot') => objects.filter((object) => object.kind === kind).map(({ version }) => version);
  return { newest: Math.max(0, ...versions('commit').slice(-1)), snapshots: versions('snapshot').reverse() };
}

/** Reads a table as it was at a version; absent: as it is. @throws lake/unknown-version, lake/corrupt-log */
export async function readVersion(store: ObjectStore, dataset: DatasetName, version?: number): Promise<TableState> {
  const { newest, snapshots } = await listVersions(store, dataset);
  const wanted = version ?? newest;
  if (wanted > newest || wanted < 0) throw unknownVersion(dataset, wanted, newest);
  for (const snapshot of snapshots.filter((candidate) => candidate <= wanted)) {
    const start = await readSnapshot(store, dataset, snapshot);
    if (start !== undefined) return applyCommits(start, await readCommits(store, dataset, snapshot + 1, wanted));
  }
  return applyCommits(emptyState(dataset), await readCommits(store, dataset, 1, wanted));
}

/** The version that was current at an instant; 0: the table did not exist yet. */
export async function versionAt(store: ObjectStore, dataset: DatasetName, instant: Date): Promise<number> {
  const { newest } = await listVersions(store, dataset);
  const at = instant.toISOString();
  let [low, high] = [0, newest];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const commit = await readCommit(store, dataset, middle);
    if ((commit?.committedAt ?? '') <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function unknownVersion(dataset: DatasetName, version: number, newest: number): SnowmeltError {
  const known = newest === 0 ? 'It has no version yet' : `It has versions 1 to ${newest}`;
  return new SnowmeltError('lake/unknown-version', {
    message: `${dataset} has no version ${version}.`,
    hint: `${known}; see \`snowmelt history ${dataset}\`.`,
    at: { dataset },
  });
}
