import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { decodeJson, encodeJson } from './json-object.ts';
import { vacuumedKey } from './log-keys.ts';

/** Notes that vacuum has removed, or is about to remove, files of versions before `whole`. */
export async function noteVacuumed(store: ObjectStore, dataset: DatasetName, whole: number): Promise<void> {
  const key = vacuumedKey(dataset);
  for (let isNoted = false; !isNoted; ) {
    const found = await store.get(key);
    if (found !== undefined && decodeJson<Note>(key, found.body).whole >= whole) return;
    isNoted = await store.compareAndSwap(key, encodeJson({ whole } satisfies Note), found?.tag);
  }
}

/** The oldest version whose files are all there. */
export async function oldestWhole(store: ObjectStore, dataset: DatasetName): Promise<number> {
  const key = vacuumedKey(dataset);
  const found = await store.get(key);
  return found === undefined ? 1 : decodeJson<Note>(key, found.body).whole;
}

/** The error for a version that vacuum has taken files of. */
export function expiredVersion(dataset: DatasetName, version: number, whole: number): SnowmeltError {
  return new SnowmeltError('lake/version-expired', {
    message: `Version ${version} of ${dataset} can no longer be read: vacuum has removed files of it.`,
    hint: `Versions since ${whole} are whole. \`retention: { days }\` in the declaration says how long versions are kept.`,
    at: { dataset },
  });
}

interface Note {
  readonly whole: number;
}
