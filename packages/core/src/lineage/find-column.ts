import { findDataset, type Graph } from '../compile/graph.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { sourceNameOf } from './source-name.ts';
import type { ColumnName } from './walk-columns.ts';

/** What a command names: a dataset, or columns: one of a dataset, or all that a column of the source goes into. */
export type LineageStart =
  | { readonly kind: 'dataset'; readonly dataset: string }
  | { readonly kind: 'columns'; readonly columns: readonly ColumnName[] };

/**
 * Finds what `layer.table`, `layer.table.column` or the full name of a source column means.
 * @throws lake/unknown-dataset, lake/unknown-column
 */
export function findLineageStart(graph: Graph, text: string): LineageStart {
  if (findDataset(graph, text) !== undefined) return { kind: 'dataset', dataset: text };
  const dot = text.lastIndexOf('.');
  const [name, column] = [text.slice(0, dot), text.slice(dot + 1)];
  const dataset = findDataset(graph, name);
  if (dataset?.columns.some((known) => known.name === column)) return { kind: 'columns', columns: [{ dataset: name, column }] };
  const fromSource = columnsFromSource(graph, name, column);
  if (fromSource.length > 0) return { kind: 'columns', columns: fromSource };
  if (dataset === undefined) {
    const names = graph.datasets.map((known) => known.name);
    const wanted = text.split('.').slice(0, 2).join('.');
    throw new SnowmeltError('lake/unknown-dataset', { message: `There is no dataset \`${wanted}\`.`, hint: suggest(wanted, names) });
  }
  const columns = dataset.columns.map((known) => known.name);
  throw new SnowmeltError('lake/unknown-column', {
    message: `${name} has no column \`${column}\`.`,
    hint: suggest(column, columns),
    at: { dataset: name },
  });
}

function columnsFromSource(graph: Graph, table: string, column: string): readonly ColumnName[] {
  const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
  return graph.datasets.flatMap((dataset) => {
    if (dataset.layer !== 'bronze' || !isSame(sourceNameOf(graph.source, dataset)?.name ?? '', table)) return [];
    return dataset.sourceColumns
      .filter(({ source }) => isSame(source, column))
      .map(({ name }) => ({ dataset: dataset.name, column: name }));
  });
}
