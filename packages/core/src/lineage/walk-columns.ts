import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import type { ColumnSource } from '../layers/dataset-base.ts';
import type { LineageNode } from './lineage-node.ts';
import { sourceNameOf } from './source-name.ts';

/** A column of the lake. */
export interface ColumnName {
  readonly dataset: string;
  readonly column: string;
}

type Step = Pick<LineageNode, 'uses' | 'masked'>;
const START: Step = { uses: [] };

/** From a column up to the columns of the source that its values come from. */
export function walkUp(graph: Graph, start: ColumnName): LineageNode {
  return up(graph, start, START, new Set());
}

/** From a column down to everything that would change with it. */
export function walkDown(graph: Graph, start: ColumnName): LineageNode {
  return down(graph, start, START, new Set());
}

/** What decides which rows a dataset has. */
export function rowsUp(graph: Graph, dataset: string): readonly LineageNode[] {
  const sources = findDataset(graph, dataset)?.rowLineage ?? [];
  return sources.map((source) => ({ kind: 'column', dataset: source.dataset, column: source.column, ...stepOf(source), next: [] }));
}

function up(graph: Graph, name: ColumnName, step: Step, seen: Set<string>): LineageNode {
  const dataset = findDataset(graph, name.dataset);
  const node = nodeOf(dataset, name, step);
  if (isSeen(name, seen)) return { ...node, repeated: true };
  if (dataset?.layer === 'bronze') return { ...node, next: sourceOf(graph, dataset, name.column) };
  const sources = dataset?.lineage[name.column] ?? [];
  return { ...node, next: sources.map((source) => up(graph, source, stepOf(source), seen)) };
}

function down(graph: Graph, name: ColumnName, step: Step, seen: Set<string>): LineageNode {
  const node = nodeOf(findDataset(graph, name.dataset), name, step);
  if (isSeen(name, seen)) return { ...node, repeated: true };
  return { ...node, next: graph.datasets.flatMap((dataset) => readersIn(graph, dataset, name, seen)) };
}

function readersIn(graph: Graph, dataset: GraphDataset, name: ColumnName, seen: Set<string>): readonly LineageNode[] {
  const isIt = (source: ColumnSource): boolean => source.dataset === name.dataset && source.column === name.column;
  const columns = Object.entries(dataset.lineage).flatMap(([column, sources]) => {
    const source = sources.find(isIt);
    return source === undefined ? [] : [down(graph, { dataset: dataset.name, column }, stepOf(source), seen)];
  });
  const rows = dataset.rowLineage?.find(isIt);
  if (rows === undefined) return columns;
  return [...columns, { kind: 'rows', dataset: dataset.name, ...stepOf(rows), next: [] }];
}

function nodeOf(dataset: GraphDataset | undefined, { dataset: name, column }: ColumnName, step: Step): LineageNode {
  const at = dataset?.columnPlaces?.[column] ?? (dataset?.file === undefined ? undefined : { file: dataset.file });
  return { kind: 'column', dataset: name, column, ...step, ...(at === undefined ? {} : { at }), next: [] };
}

function sourceOf(graph: Graph, dataset: GraphDataset & { readonly layer: 'bronze' }, name: string): readonly LineageNode[] {
  const column = dataset.sourceColumns.find((candidate) => candidate.name === name);
  if (column === undefined) return [];
  const source = sourceNameOf(graph.source, dataset) ?? { namespace: '', name: '(query)' };
  return [{ kind: 'source', namespace: source.namespace, table: source.name, column: column.source, uses: ['identity'], next: [] }];
}

function isSeen({ dataset, column }: ColumnName, seen: Set<string>): boolean {
  const key = `${dataset}.${column}`;
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

function stepOf({ uses, masked }: ColumnSource): Step {
  return { uses, ...(masked === true ? { masked } : {}) };
}
