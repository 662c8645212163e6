import { type ObjectKey, objectKey, RUNS_PREFIX } from '../layout/object-key.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { decodeJson, encodeJson } from './json-object.ts';

/** What a run did, for anyone to read. A record that still says `running` after its process has gone was killed. */
export interface RunRecord {
  readonly format: 1;
  readonly run: string;
  readonly pipeline: string;
  readonly day: string;
  readonly status: 'running' | 'done' | 'failed' | 'interrupted' | 'nothing-to-do';
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly steps: readonly StepOutcome[];
}

/** Writes the record of a run that starts. */
export async function startRunRecord(store: ObjectStore, record: RunRecord): Promise<void> {
  await store.putIfAbsent(recordKey(record.run), encodeJson(record));
}

/** Replaces the record of a run by its final one. */
export async function finishRunRecord(store: ObjectStore, record: RunRecord): Promise<void> {
  const current = await store.get(recordKey(record.run));
  await store.compareAndSwap(recordKey(record.run), encodeJson(record), current?.tag);
}

/** The newest records, newest first. */
export async function readRunRecords(store: ObjectStore, limit: number): Promise<readonly RunRecord[]> {
  const listed = await store.list(RUNS_PREFIX);
  const newest = listed.slice(-limit).reverse();
  const records = await Promise.all(newest.map(async ({ key }) => ({ key, object: await store.get(key) })));
  return records.flatMap(({ key, object }) => (object === undefined ? [] : [decodeJson<RunRecord>(key, object.body)]));
}

function recordKey(run: string): ObjectKey {
  return objectKey(`${RUNS_PREFIX}${run}.json`);
}
