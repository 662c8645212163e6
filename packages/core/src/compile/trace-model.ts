import type { Place } from '../errors/snowmelt-error.ts';
import type { ColumnSource, DatasetBase } from '../layers/dataset-base.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { Column } from '../sql/column-type.ts';
import { type ColumnUse, type Flow, mergeFlows, passOn } from '../sql/lineage/flow.ts';
import { allColumns, type Relation, type TracedColumn } from '../sql/lineage/scope.ts';
import { traceQuery } from '../sql/lineage/trace-query.ts';
import { positionAt } from '../sql/position.ts';
import type { ModelFile } from './compile-model.ts';
import type { GraphDataset } from './graph.ts';

/** The part of a dataset that says where its columns and rows come from. */
export type TracedLineage = Required<Pick<DatasetBase, 'lineage' | 'rowLineage' | 'columnPlaces'>>;

/** Traces a model's columns to those of the datasets that it reads. `columns`: what the model gives, by the binder. */
export function traceModel(
  compiled: ReadonlyMap<DatasetName, GraphDataset>,
  { path, text, model }: ModelFile,
  columns: readonly Column[],
): TracedLineage {
  const names = new Set(model.references.map(({ dataset }) => dataset));
  const read = [...names].flatMap((name) => compiled.get(name) ?? []);
  const tables = read.map((dataset) => ({ name: dataset.name, columns: dataset.columns.map((column) => column.name) }));
  const relation = traceQuery(model.statement, tables);
  const traced = matchColumns(relation, columns);
  const places = traced.flatMap(({ name, at }): [string, Place][] =>
    at === undefined ? [] : [[name, { file: path, ...positionAt(text, at) }]],
  );
  return {
    lineage: Object.fromEntries(traced.map(({ name, flow }) => [name, toSources(flow)])),
    rowLineage: toSources(relation.rows),
    columnPlaces: Object.fromEntries(places),
  };
}

/** A flow as sources: each column once, with all that it is used for. */
export function toSources(flow: Flow): ColumnSource[] {
  const byColumn = new Map<string, Flow>();
  for (const edge of flow) {
    const name = `${edge.table}.${edge.column}`;
    byColumn.set(name, [...(byColumn.get(name) ?? []), edge]);
  }
  return [...byColumn].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, edges]) => toSource(edges));
}

/** The flow that sources were made of. */
export function toFlow(sources: readonly ColumnSource[]): Flow {
  return sources.flatMap(({ dataset, column, uses, masked }) =>
    uses.map((use) => ({ table: dataset, column, use, masked: masked === true && isReadable(use) })),
  );
}

const ORDER: readonly ColumnUse[] = [
  'identity',
  'transformation',
  'aggregation',
  'conditional',
  'window',
  'filter',
  'join',
  'group-by',
  'sort',
];

function toSource(edges: Flow): ColumnSource[] {
  const [first] = edges;
  if (first === undefined) return [];
  const uses = ORDER.filter((use) => edges.some((edge) => edge.use === use));
  const readable = edges.filter(({ use }) => isReadable(use));
  const isMasked = readable.length > 0 && readable.every(({ masked }) => masked);
  return [{ dataset: first.table as DatasetName, column: first.column, uses, ...(isMasked ? { masked: true as const } : {}) }];
}

function isReadable(use: ColumnUse): boolean {
  return ORDER.indexOf(use) < 3;
}

// The binder knows the names and the number of columns for certain. Where they are not those that were traced, a column
// whose name was not found may come from anything that the model gives.
function matchColumns(relation: Relation, columns: readonly Column[]): readonly TracedColumn[] {
  const { columns: traced } = relation;
  const isExact = relation.rest === undefined && traced.length === columns.length;
  if (isExact) return columns.map(({ name }, index) => ({ ...traced[index], name, flow: traced[index]?.flow ?? [] }));
  const anything = passOn(relation.rest ?? allColumns(relation), 'transformation');
  return columns.map(({ name }) => traced.find((column) => column.name === name) ?? { name, flow: mergeFlows(anything) });
}
