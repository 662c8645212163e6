import type { Graph } from '../compile/graph.ts';
import { shapeOf } from '../compile/graph.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import type { TableState } from '../lake/commit.ts';
import { type LakeState, publishedFiles } from '../lake/published.ts';
import { readTableAsOf } from '../lake/time-travel.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Tables as they once stood, by {@link pastKey}. */
export type PastStates = ReadonlyMap<string, TableState>;

/** Names a version of a table. */
export function pastKey(dataset: DatasetName, version: number): string {
  return `${dataset}@${version}`;
}

/**
 * Reads the inputs of keyed datasets as they stood when these last took them in, where they moved since: what to plan such a
 * dataset from. A state whose files are gone in part is left out. Nothing is read for a pipeline without keyed datasets.
 */
export async function readPast(graph: Graph, lake: LakeState, store: ObjectStore): Promise<PastStates> {
  const wanted = graph.datasets.flatMap((dataset) => {
    const state = dataset.layer === 'gold' && dataset.partitioning.kind === 'keyed' ? lake.get(dataset.name) : undefined;
    if (state === undefined || state.version === 0) return [];
    return dataset.inputs.flatMap((input) => {
      const now = lake.get(input);
      const seen = state.inputs[input] ?? 0;
      return now === undefined || seen === 0 || now.version === seen ? [] : [{ input, now, seen }];
    });
  });
  const found = await Promise.all(
    wanted.map(async ({ input, now, seen }): Promise<readonly (readonly [string, TableState])[]> => {
      const past = await readTableAsOf(store, input, seen).catch(ifExpired);
      return past !== undefined && (await isKept(graph, past, now, store)) ? [[pastKey(input, seen), past]] : [];
    }),
  );
  return new Map(found.flat());
}

function ifExpired(error: unknown): undefined {
  if (!isSnowmeltError(error) || error.code !== 'lake/version-expired') throw error;
}

// Files that the present state has as well are there.
async function isKept(graph: Graph, past: TableState, now: TableState, store: ObjectStore): Promise<boolean> {
  const dataset = graph.datasets.find(({ name }) => name === past.dataset);
  if (dataset === undefined) return false;
  const filesOf = (state: TableState) => publishedFiles(state, shapeOf(dataset), 'rows').map(({ key }) => key);
  const present = new Set(filesOf(now));
  const superseded = filesOf(past).filter((key) => !present.has(key));
  const listed = await Promise.all(superseded.map((key) => store.list(key)));
  return listed.every((objects, at) => objects.some(({ key }) => key === superseded[at]));
}
