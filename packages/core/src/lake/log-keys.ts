import type { DatasetName } from '../layout/dataset-name.ts';
import { type ObjectKey, objectKey, tableLogPrefix } from '../layout/object-key.ts';

const DIGITS = 12;

/** An object of a table log that the history consists of; segments and hints only make reading it cheaper. */
export interface LogObject {
  readonly kind: 'commit' | 'snapshot';
  readonly version: number;
  readonly key: ObjectKey;
}

/** Where a version's commit is. */
export function commitKey(dataset: DatasetName, version: number): ObjectKey {
  return keyOf(dataset, version, 'json');
}

/** Where the snapshot of a version is. */
export function snapshotKey(dataset: DatasetName, version: number): ObjectKey {
  return keyOf(dataset, version, 'snapshot.json');
}

/** Where a snapshot keeps the partitions of one year; later snapshots refer to it for as long as that year stays the same. */
export function segmentKey(dataset: DatasetName, version: number, year: string): ObjectKey {
  return keyOf(dataset, version, `${year}.segment.json`);
}

/** Where it says which snapshot is the newest: a hint, never the truth. */
export function newestSnapshotKey(dataset: DatasetName): ObjectKey {
  return objectKey(`${tableLogPrefix(dataset)}newest-snapshot.json`);
}

/** Where it says of which versions vacuum has removed files. */
export function vacuumedKey(dataset: DatasetName): ObjectKey {
  return objectKey(`${tableLogPrefix(dataset)}vacuumed.json`);
}

/** What a key of a table log stands for; undefined for what is no part of the history. */
export function readLogKey(key: ObjectKey): LogObject | undefined {
  const match = /\/(\d{12})\.(snapshot\.)?json$/.exec(key);
  if (match === null) return undefined;
  return { kind: match[2] === undefined ? 'commit' : 'snapshot', version: Number(match[1]), key };
}

function keyOf(dataset: DatasetName, version: number, ending: string): ObjectKey {
  return objectKey(`${tableLogPrefix(dataset)}${String(version).padStart(DIGITS, '0')}.${ending}`);
}
