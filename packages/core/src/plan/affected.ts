import type { Graph, GraphDataset } from '../compile/graph.ts';
import type { DatasetName } from '../layout/dataset-name.ts';

/**
 * What comes from some columns of a dataset, however far behind: `layer.table.column` for columns whose values come from them,
 * `layer.table` where they decide about rows only.
 */
export function affectedBy(graph: Graph, dataset: DatasetName, columns: readonly string[]): readonly string[] {
  const touched = new Map<DatasetName, ReadonlySet<string>>([[dataset, new Set(columns)]]);
  const found: string[] = [];
  for (const reader of graph.datasets) {
    if (reader.name === dataset) continue;
    const own = columnsFrom(reader, touched);
    if (own.length > 0) touched.set(reader.name, new Set(own));
    if (own.length > 0) found.push(...own.map((column) => `${reader.name}.${column}`));
    else if (readsAny(reader, touched)) found.push(reader.name);
  }
  return found;
}

type Touched = ReadonlyMap<DatasetName, ReadonlySet<string>>;

function columnsFrom({ columns, lineage }: GraphDataset, touched: Touched): readonly string[] {
  return columns
    .map(({ name }) => name)
    .filter((name) => (lineage[name] ?? []).some((source) => touched.get(source.dataset)?.has(source.column) === true));
}

function readsAny({ inputs, reads }: GraphDataset, touched: Touched): boolean {
  return inputs.some((input) => {
    const columns = touched.get(input);
    const read = reads?.[input];
    return columns !== undefined && columns.size > 0 && (read === undefined || read.some((column) => columns.has(column)));
  });
}
