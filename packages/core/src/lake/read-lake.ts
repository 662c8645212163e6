import type { DatasetName } from '../layout/dataset-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { LakeState } from './published.ts';
import { readTable } from './table-log.ts';

/** Reads the state of several tables. Reads logs only, never a data file. */
export async function readLake(store: ObjectStore, datasets: readonly DatasetName[]): Promise<LakeState> {
  return new Map(await Promise.all(datasets.map(async (dataset) => [dataset, await readTable(store, dataset)] as const)));
}
