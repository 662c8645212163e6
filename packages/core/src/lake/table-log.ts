import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { type ObjectKey, objectKey, tableLogPrefix } from '../layout/object-key.ts';
import type { ListedObject, ObjectStore } from '../ports/object-store.ts';
import { applyCommit, type Commit, emptyState, type PartitionEntry, type TableState } from './commit.ts';
import { decodeJson, encodeJson } from './json-object.ts';

/** A snapshot is written beside every commit whose version is a multiple of this, so that opening a table reads few objects. */
const SNAPSHOT_EVERY = 16;

const DIGITS = 12;

interface Snapshot extends Omit<TableState, 'partitions'> {
  readonly format: 1;
  readonly partitions: Readonly<Record<LogicalDate, PartitionEntry>>;
}

/** Reads a table: the newest snapshot and the commits after it. @throws lake/corrupt-log, lake/io */
export async function readTable(store: ObjectStore, dataset: DatasetName): Promise<TableState> {
  return replay(store, dataset, await store.list(tableLogPrefix(dataset)));
}

/** Reads a table as it stood at a version; undefined if its log does not go back to that. @throws lake/corrupt-log, lake/io */
export async function readTableAt(store: ObjectStore, dataset: DatasetName, version: number): Promise<TableState | undefined> {
  const listed = await store.list(tableLogPrefix(dataset));
  const state = await replay(
    store,
    dataset,
    listed.filter(({ key }) => versionOf(key) <= version),
  );
  return state.version === version ? state : undefined;
}

/**
 * Reads the same table at every version that was current at or after `since`, oldest first; the present one is last.
 * For whoever must know which files somebody may still read.
 */
export async function readVersionsSince(store: ObjectStore, dataset: DatasetName, since: Date): Promise<readonly TableState[]> {
  const listed = await store.list(tableLogPrefix(dataset));
  const commits = listed.filter(({ key }) => !isSnapshot(key));
  const states: TableState[] = [];
  let state = emptyState(dataset);
  for (const { key } of commits) {
    const next = applyNext(state, await readCommit(store, key));
    const supersededAt = next.committedAt ?? '';
    if (state.version > 0 && supersededAt >= since.toISOString()) states.push(state);
    state = next;
  }
  return [...states, state];
}

/**
 * Publishes a commit: whoever creates the version's object first has it.
 * @throws lake/commit-conflict if another run was first
 */
export async function commitToTable(store: ObjectStore, before: TableState, commit: Commit): Promise<TableState> {
  const created = await store.putIfAbsent(commitKey(commit.dataset, commit.version), encodeJson(commit));
  if (!created) {
    throw new SnowmeltError('lake/commit-conflict', {
      message: `Another run committed version ${commit.version} of ${commit.dataset} first.`,
      hint: 'Nothing was overwritten. Run again: what the other run has done will not be done twice.',
      at: { dataset: commit.dataset },
    });
  }
  const after = applyCommit(before, commit);
  if (commit.version % SNAPSHOT_EVERY === 0) await writeSnapshot(store, after);
  return after;
}

async function writeSnapshot(store: ObjectStore, state: TableState): Promise<void> {
  const snapshot: Snapshot = { format: 1, ...state, partitions: Object.fromEntries(state.partitions) };
  await store.putIfAbsent(snapshotKey(state.dataset, state.version), encodeJson(snapshot));
}

async function replay(store: ObjectStore, dataset: DatasetName, listed: readonly ListedObject[]): Promise<TableState> {
  const newest = listed.findLast(({ key }) => isSnapshot(key));
  const start = newest === undefined ? emptyState(dataset) : await readSnapshot(store, newest.key);
  const commits = listed.filter(({ key }) => !isSnapshot(key) && versionOf(key) > start.version);
  const read = await Promise.all(commits.map(({ key }) => readCommit(store, key)));
  return read.reduce(applyNext, start);
}

function applyNext(state: TableState, commit: Commit): TableState {
  if (commit.version !== state.version + 1) throw missingCommit(state.dataset, state.version + 1);
  return applyCommit(state, commit);
}

async function readSnapshot(store: ObjectStore, key: ObjectKey): Promise<TableState> {
  const { format: _format, ...snapshot } = decodeJson<Snapshot>(key, await readBody(store, key));
  const entries = Object.entries(snapshot.partitions).map(([day, entry]) => [day as LogicalDate, entry] as const);
  return { ...snapshot, partitions: new Map(entries) };
}

async function readCommit(store: ObjectStore, key: ObjectKey): Promise<Commit> {
  return decodeJson<Commit>(key, await readBody(store, key));
}

async function readBody(store: ObjectStore, key: ObjectKey): Promise<Uint8Array> {
  const object = await store.get(key);
  if (object === undefined) throw new SnowmeltError('lake/corrupt-log', { message: `\`${key}\` was listed but is gone.` });
  return object.body;
}

function missingCommit(dataset: DatasetName, version: number): SnowmeltError {
  return new SnowmeltError('lake/corrupt-log', {
    message: `The log of ${dataset} lacks version ${version}.`,
    hint: `Restore \`${commitKey(dataset, version)}\`; without it later versions cannot be trusted.`,
    at: { dataset },
  });
}

function commitKey(dataset: DatasetName, version: number): ObjectKey {
  return objectKey(`${tableLogPrefix(dataset)}${String(version).padStart(DIGITS, '0')}.json`);
}

function snapshotKey(dataset: DatasetName, version: number): ObjectKey {
  return objectKey(`${tableLogPrefix(dataset)}${String(version).padStart(DIGITS, '0')}.snapshot.json`);
}

function isSnapshot(key: ObjectKey): boolean {
  return key.endsWith('.snapshot.json');
}

function versionOf(key: ObjectKey): number {
  return Number(key.slice(key.lastIndexOf('/') + 1).split('.')[0]);
}
