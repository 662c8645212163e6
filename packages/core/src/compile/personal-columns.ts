import type { DatasetName } from '../layout/dataset-name.ts';
import type { Graph, GraphDataset } from './graph.ts';

/** The columns of every dataset that hold personal data: declared in bronze or protected in silver, and all that is made from them. */
export function personalColumns({ datasets }: Pick<Graph, 'datasets'>): ReadonlyMap<DatasetName, ReadonlySet<string>> {
  const found = new Map<DatasetName, Set<string>>(datasets.map(({ name }) => [name, new Set<string>()]));
  for (const dataset of datasets) {
    const [name, columns] = declared(dataset);
    for (const column of columns) found.get(name)?.add(column);
  }
  for (const { name, lineage } of datasets) {
    const derived = Object.entries(lineage).filter(([, from]) => from.some((source) => found.get(source.dataset)?.has(source.column)));
    for (const [column] of derived) found.get(name)?.add(column);
  }
  return found;
}

// Silver says it of the columns that it starts from.
function declared(dataset: GraphDataset): readonly [DatasetName, readonly string[]] {
  if (dataset.layer === 'gold') return [dataset.name, []];
  const from = dataset.layer === 'silver' && dataset.origin.kind === 'bronze' ? dataset.origin.dataset : dataset.name;
  return [from, dataset.personal ?? []];
}
