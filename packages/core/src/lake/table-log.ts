import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { applyCommit, applyCommits, type Commit, type TableState } from './commit.ts';
import { encodeJson } from './json-object.ts';
import { commitKey } from './log-keys.ts';
import { readCommitsAfter } from './read-commits.ts';
import { readVersion } from './read-versions.ts';
import { readNewestSnapshot, readSnapshot, writeSnapshot } from './snapshot.ts';

/** A snapshot is written beside every commit whose version is a multiple of this, so that opening a table reads few objects. */
const SNAPSHOT_EVERY = 16;

/** … and beside every commit of so many partitions, or each of the next openings would read it. */
const MANY_PARTITIONS = 200;

/**
 * Reads a table: the newest snapshot and the commits after it. Neither lists the log nor reads what is older, so its cost
 * does not grow with the number of commits. @throws lake/corrupt-log, lake/io
 */
export async function readTable(store: ObjectStore, dataset: DatasetName): Promise<TableState> {
  const newest = await readNewestSnapshot(store, dataset);
  if (newest === undefined) return readVersion(store, dataset);
  const [start, commits] = await Promise.all([readSnapshot(store, dataset, newest), readCommitsAfter(store, dataset, newest)]);
  return start === undefined ? readVersion(store, dataset) : applyCommits(start, commits);
}

/**
 * Publishes a commit: whoever creates the version's object first has it. Its time is never before that of the commit it
 * follows, whatever the clocks of two machines say: versions are ordered by time, too.
 * @throws lake/commit-conflict if another run was first
 */
export async function commitToTable(store: ObjectStore, before: TableState, made: Commit): Promise<TableState> {
  const { committedAt = '' } = before;
  const commit = committedAt > made.committedAt ? { ...made, committedAt } : made;
  const created = await store.putIfAbsent(commitKey(commit.dataset, commit.version), encodeJson(commit));
  if (!created) {
    throw new SnowmeltError('lake/commit-conflict', {
      message: `Another run committed version ${commit.version} of ${commit.dataset} first.`,
      hint: 'Nothing was overwritten. Run again: what the other run has done will not be done twice.',
      at: { dataset: commit.dataset },
    });
  }
  const after = applyCommit(before, commit);
  const isLarge = Object.keys(commit.partitions).length >= MANY_PARTITIONS;
  if (isLarge || commit.version % SNAPSHOT_EVERY === 0) await writeSnapshot(store, after);
  return after;
}
