import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
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
  /** What it was asked for; absent: everything, as far as it is missing or stale. */
  readonly scope?: RunScope;
}

/** What a run was asked for, so that it can be continued. */
export interface RunScope {
  /** The datasets that were selected; absent: all. */
  readonly only?: readonly DatasetName[];
  /** Datasets that were to be made again in full. */
  readonly fresh?: readonly DatasetName[];
  readonly refetch?: true;
  /** The last date of the range that it was one of. */
  readonly until?: LogicalDate;
  /** The run that it continues. */
  readonly continues?: string;
  /** What `fresh` and `refetch` ask for and was done before this run. */
  readonly fulfilled?: readonly DatasetName[];
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

/** The record of one run; undefined if there is none. */
export async function readRunRecord(store: ObjectStore, run: string): Promise<RunRecord | undefined> {
  const object = await store.get(recordKey(run));
  return object === undefined ? undefined : decodeJson<RunRecord>(recordKey(run), object.body);
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
