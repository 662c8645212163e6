import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import type { LineageNode } from './lineage-node.ts';
import { sourceNameOf } from './source-name.ts';

type Follow = (graph: Graph, dataset: GraphDataset) => readonly GraphDataset[];

/** From a dataset up to the tables of the source. */
export function datasetsUp(graph: Graph, name: string): LineageNode {
  return walk(graph, name, (_, { inputs }) => inputs.flatMap((input) => findDataset(graph, input) ?? []), new Set());
}

/** From a dataset down to all that is made from it. */
export function datasetsDown(graph: Graph, name: string): LineageNode {
  return walk(graph, name, ({ datasets }, { name: read }) => datasets.filter(({ inputs }) => inputs.includes(read)), new Set());
}

function walk(graph: Graph, name: string, follow: Follow, seen: Set<string>): LineageNode {
  const dataset = findDataset(graph, name);
  const at = dataset?.file === undefined ? {} : { at: { file: dataset.file } };
  const node: LineageNode = { kind: 'dataset', dataset: name, uses: [], ...at, next: [] };
  if (dataset === undefined) return node;
  if (seen.has(name)) return { ...node, repeated: true };
  seen.add(name);
  const next = follow(graph, dataset);
  if (dataset.layer === 'bronze' && next.length === 0) return { ...node, next: tableOf(graph, dataset) };
  return { ...node, next: next.map((other) => walk(graph, other.name, follow, seen)) };
}

function tableOf(graph: Graph, dataset: GraphDataset & { readonly layer: 'bronze' }): readonly LineageNode[] {
  const source = sourceNameOf(graph.source, dataset);
  return source === undefined ? [] : [{ kind: 'source', namespace: source.namespace, table: source.name, uses: [], next: [] }];
}
