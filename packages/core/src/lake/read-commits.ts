import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Commit } from './commit.ts';
import { decodeJson } from './json-object.ts';
import { commitKey } from './log-keys.ts';

// Asked for at a time: as many as there usually are behind a snapshot, and some that are not there.
const AT_A_TIME = 20;

// So many versions in a row that are not there are the end of the log; fewer may be a hole.
const END = 4;

/**
 * Reads all commits after a version, in order, without a listing: versions have no gaps, so the log ends where they do.
 * @throws lake/corrupt-log
 */
export async function readCommitsAfter(store: ObjectStore, dataset: DatasetName, version: number): Promise<readonly Commit[]> {
  const found: (Commit | undefined)[] = [];
  do found.push(...(await askFor(store, dataset, version + found.length + 1, AT_A_TIME)));
  while (found.slice(-END).some((commit) => commit !== undefined));
  const end = found.findLastIndex((commit) => commit !== undefined) + 1;
  return await fillHoles(store, dataset, version + 1, found.slice(0, end));
}

/** Reads the commits `from` to `to`, both included. @throws lake/corrupt-log */
export async function readCommits(store: ObjectStore, dataset: DatasetName, from: number, to: number): Promise<readonly Commit[]> {
  const commits: Commit[] = [];
  for (let next = from; next <= to; next += AT_A_TIME) {
    const found = await askFor(store, dataset, next, Math.min(AT_A_TIME, to - next + 1));
    commits.push(...(await fillHoles(store, dataset, next, found)));
  }
  return commits;
}

/** Reads one commit; undefined if there is none. @throws lake/corrupt-log */
export async function readCommit(store: ObjectStore, dataset: DatasetName, version: number): Promise<Commit | undefined> {
  const key = commitKey(dataset, version);
  const found = await store.get(key);
  return found === undefined ? undefined : decodeJson<Commit>(key, found.body);
}

function askFor(store: ObjectStore, dataset: DatasetName, from: number, count: number): Promise<(Commit | undefined)[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => readCommit(store, dataset, from + i)));
}

// A version that was asked for before it was committed can seem to be missing before one that was asked for later.
function fillHoles(
  store: ObjectStore,
  dataset: DatasetName,
  from: number,
  found: readonly (Commit | undefined)[],
): Promise<readonly Commit[]> {
  return Promise.all(
    found.map(async (commit, i) => {
      const there = commit ?? (await readCommit(store, dataset, from + i));
      if (there === undefined) throw missingCommit(dataset, from + i);
      return there;
    }),
  );
}

function missingCommit(dataset: DatasetName, version: number): SnowmeltError {
  return new SnowmeltError('lake/corrupt-log', {
    message: `The log of ${dataset} lacks version ${version}.`,
    hint: `Restore \`${commitKey(dataset, version)}\`; without it later versions cannot be trusted.`,
    at: { dataset },
  });
}
