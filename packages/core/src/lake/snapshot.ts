import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { PartitionEntry, TableState } from './commit.ts';
import { decodeJson, encodeJson } from './json-object.ts';
import { newestSnapshotKey, segmentKey, snapshotKey } from './log-keys.ts';
import { decodeSegment, encodeSegment } from './segment.ts';

type Entries = readonly (readonly [LogicalDate, PartitionEntry])[];

/** The partitions of one year, in an object of their own. */
interface SegmentReference {
  readonly key: ObjectKey;
  readonly year: string;
  readonly days: number;
}

/** A whole table at one version, without its partitions: those are in the segments. */
interface Snapshot extends Omit<TableState, 'partitions'> {
  readonly format: 2;
  readonly segments: readonly SegmentReference[];
}

/** Reads the snapshot of a version; undefined if there is none. @throws lake/corrupt-log */
export async function readSnapshot(store: ObjectStore, dataset: DatasetName, version: number): Promise<TableState | undefined> {
  const snapshot = await readHead(store, dataset, version);
  if (snapshot === undefined) return undefined;
  const { format: _format, segments, ...state } = snapshot;
  const entries = await Promise.all(segments.map(({ key }) => readSegment(store, key)));
  return { ...state, partitions: new Map(entries.flat()) };
}

/** The version of the newest snapshot, as far as the hint knows; undefined if it knows none. */
export async function readNewestSnapshot(store: ObjectStore, dataset: DatasetName): Promise<number | undefined> {
  return (await readHint(store, dataset)).version;
}

/**
 * Writes a snapshot. Only years that have changed since the one before are written, so its cost follows what changed. The
 * head comes last and the hint behind it: whoever dies in between has written nothing that anybody looks at.
 */
export async function writeSnapshot(store: ObjectStore, state: TableState): Promise<void> {
  const { dataset, version } = state;
  const before = await readNewestSnapshot(store, dataset);
  const previous = before === undefined || before >= version ? undefined : await readHead(store, dataset, before);
  const segments = await Promise.all([...byYear(state)].map(([year, entries]) => keepSegment(store, state, previous, year, entries)));
  const { partitions: _partitions, ...head } = state;
  const snapshot: Snapshot = { format: 2, ...head, segments };
  await store.putIfAbsent(snapshotKey(dataset, version), encodeJson(snapshot));
  await point(store, dataset, version);
}

async function keepSegment(
  store: ObjectStore,
  { dataset, version }: TableState,
  previous: Snapshot | undefined,
  year: string,
  entries: Entries,
): Promise<SegmentReference> {
  const known = previous?.segments.find((segment) => segment.year === year);
  const isSame = (since: number) => entries.every(([, entry]) => Math.max(entry.version, entry.compactedIn ?? 0) <= since);
  // A day that was dropped makes them fewer; one that was dropped and came back has a newer version.
  if (previous !== undefined && known?.days === entries.length && isSame(previous.version)) return known;
  const key = segmentKey(dataset, version, year);
  await store.putIfAbsent(key, encodeSegment(entries));
  return { key, year, days: entries.length };
}

// It only ever moves forward; who finds it moved by somebody else leaves it alone.
async function point(store: ObjectStore, dataset: DatasetName, version: number): Promise<void> {
  const hint = await readHint(store, dataset);
  if (hint.version !== undefined && hint.version >= version) return;
  await store.compareAndSwap(newestSnapshotKey(dataset), encodeJson({ version }), hint.tag);
}

async function readHint(store: ObjectStore, dataset: DatasetName): Promise<{ readonly version?: number; readonly tag?: string }> {
  const found = await store.get(newestSnapshotKey(dataset));
  if (found === undefined) return {};
  const version = /^\{"version":(\d+)\}/.exec(new TextDecoder().decode(found.body))?.[1];
  return { tag: found.tag, ...(version === undefined ? {} : { version: Number(version) }) };
}

function byYear({ partitions }: TableState): ReadonlyMap<string, Entries> {
  const years = new Map<string, (readonly [LogicalDate, PartitionEntry])[]>();
  for (const item of partitions) {
    const year = item[0].slice(0, 4);
    const entries = years.get(year) ?? [];
    entries.push(item);
    years.set(year, entries);
  }
  return years;
}

async function readHead(store: ObjectStore, dataset: DatasetName, version: number): Promise<Snapshot | undefined> {
  const key = snapshotKey(dataset, version);
  const found = await store.get(key);
  if (found === undefined) return undefined;
  const snapshot = decodeJson<Snapshot>(key, found.body);
  // Of another format it is no snapshot for us: the commits say all that it says.
  return snapshot.format === 2 ? snapshot : undefined;
}

async function readSegment(store: ObjectStore, key: ObjectKey): Promise<Entries> {
  const found = await store.get(key);
  if (found !== undefined) return decodeSegment(key, found.body);
  throw new SnowmeltError('lake/corrupt-log', {
    message: `\`${key}\` is gone, and a snapshot of the table refers to it.`,
    hint: 'Restore this object from a backup. Without the snapshots that refer to it the table is read from its commits instead.',
  });
}
