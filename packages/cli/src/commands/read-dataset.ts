import { findDataset, type Graph, type GraphDataset } from '@snowmelt/core/pipeline';
import { SnowmeltError, suggest } from '@snowmelt/core/ports';

/** The dataset that a command names. @throws lake/unknown-dataset */
export function readDataset(graph: Graph, name: string): GraphDataset {
  const dataset = findDataset(graph, name);
  if (dataset !== undefined) return dataset;
  throw new SnowmeltError('lake/unknown-dataset', {
    message: `There is no dataset \`${name}\`.`,
    hint: suggest(
      name,
      graph.datasets.map((known) => known.name),
    ),
  });
}
