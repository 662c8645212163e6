import { type Graph, type GraphDataset, readsOf } from '../compile/graph.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { LakeState } from '../lake/published.ts';
import { type DatasetName, LAYERS, tableOf } from '../layout/dataset-name.ts';
import { parseSelector, type SelectorBody, type SelectorTerm } from './selector.ts';

/** What a command line asks for: which datasets, and which not. */
export interface Selection {
  readonly select?: string;
  readonly exclude?: string;
}

/**
 * The datasets that a selection means; all of them without one. `state:` is judged by what the lake was built with.
 * @throws run/invalid-selection, lake/unknown-dataset
 */
export function selectDatasets(graph: Graph, lake: LakeState, { select, exclude }: Selection): ReadonlySet<DatasetName> {
  const names = graph.datasets.map(({ name }) => name);
  const chosen = select === undefined ? new Set(names) : union(graph, lake, select);
  const left = exclude === undefined ? new Set<DatasetName>() : union(graph, lake, exclude);
  return new Set(names.filter((name) => chosen.has(name) && !left.has(name)));
}

function union(graph: Graph, lake: LakeState, text: string): ReadonlySet<DatasetName> {
  const groups = parseSelector(text).map((terms) => terms.map((term) => expand(graph, lake, term)));
  return new Set(
    groups.flatMap(([first = new Set<DatasetName>(), ...more]) => [...first].filter((name) => more.every((set) => set.has(name)))),
  );
}

function expand(graph: Graph, lake: LakeState, term: SelectorTerm): ReadonlySet<DatasetName> {
  const start = new Set(matching(graph, lake, term.body));
  const children = childrenOf(graph);
  const parents = new Map(graph.datasets.map((dataset) => [dataset.name, readsOf(dataset)]));
  if (term.withNeeds) return walk(walk(start, children, Number.POSITIVE_INFINITY), parents, Number.POSITIVE_INFINITY);
  return new Set([...walk(start, parents, term.up), ...walk(start, children, term.down)]);
}

type Edges = ReadonlyMap<DatasetName, readonly DatasetName[]>;

function walk(start: ReadonlySet<DatasetName>, edges: Edges, levels: number): ReadonlySet<DatasetName> {
  const found = new Set(start);
  let last = [...start];
  for (let level = 0; level < levels && last.length > 0; level++) {
    last = [...new Set(last.flatMap((name) => edges.get(name) ?? []))].filter((name) => !found.has(name));
    for (const name of last) found.add(name);
  }
  return found;
}

function childrenOf(graph: Graph): Edges {
  const children = new Map<DatasetName, DatasetName[]>();
  for (const { name, inputs } of graph.datasets) {
    for (const input of inputs) children.set(input, [...(children.get(input) ?? []), name]);
  }
  return children;
}

function matching(graph: Graph, lake: LakeState, body: SelectorBody): readonly DatasetName[] {
  if (body.kind === 'state') return graph.datasets.filter((dataset) => isIn(body.state, dataset, lake)).map(({ name }) => name);
  const pattern = new RegExp(`^${body.pattern.replace(/[.]/g, '\\.').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
  const found = graph.datasets.filter(({ name }) => pattern.test(name) || pattern.test(tableOf(name)));
  if (found.length > 0) return found.map(({ name }) => name);
  throw unknownDataset(graph, body.pattern);
}

// As in dbt, what is new is modified too: it differs from what the lake has.
function isIn(state: 'modified' | 'new', dataset: GraphDataset, lake: LakeState): boolean {
  const built = lake.get(dataset.name);
  if (built === undefined || built.version === 0) return true;
  return state === 'modified' && built.fingerprint !== dataset.fingerprint;
}

function unknownDataset(graph: Graph, pattern: string): SnowmeltError {
  const names = graph.datasets.map(({ name }) => name);
  const layers = LAYERS.filter((layer) => graph.datasets.some((dataset) => dataset.layer === layer)).map((layer) => `${layer}.*`);
  return new SnowmeltError('lake/unknown-dataset', {
    message: `No dataset is called \`${pattern}\`.`,
    hint: suggest(pattern, pattern.includes('.') ? [...names, ...layers] : [...names.map(tableOf), ...layers]),
  });
}
