import type { DatasetName } from '../layout/dataset-name.ts';
import { type ColumnId, columnOf, isCovered, keyParts, type Refuse, type Relation, readOutputs, type Source } from './key-columns.ts';
import { findQueries, findTableNodes, findUnknown, findWindows, isSaid, nodesOf, readCommonTables, readEqualities } from './query-parts.ts';
import { isNode, readIdentifier } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';

/** Which inputs of a query can be read key by key, and by which columns, in the order of the key. */
export interface KeyedReads {
  readonly byKey: ReadonlyMap<DatasetName, readonly string[]>;
  /** Inputs that belong to every key: a change of one concerns all. */
  readonly whole: ReadonlySet<DatasetName>;
}

/** What tracing needs to know. */
export interface KeyContext {
  readonly columnsOf: (dataset: DatasetName) => readonly string[];
  readonly refuse: Refuse;
}

type Scope = ReadonlyMap<string, Relation>;

const SELECT_PARTS = ['expressions', 'from', 'joins', 'where_clause', 'group_by', 'having', 'qualify', 'order_by', 'distinct', 'with'];
const TABLE_PARTS = ['name', 'schema', 'alias', 'alias_explicit_as'];
const SUBQUERY_PARTS = ['this', 'alias', 'alias_explicit_as', 'alias_keyword', 'order_by', 'modifiers_inside'];
const SIMPLER = 'Write it as SELECT … FROM … [LEFT] JOIN … GROUP BY key, or use kind snapshot.';

/**
 * Follows the key of a query down to the columns of its inputs. Each row of the result then depends on rows of the same key
 * only: reading the inputs for some keys gives exactly the result's rows of these keys. What cannot be proved is refused.
 */
export function traceKey(statement: SyntaxNode, key: readonly string[], context: KeyContext): KeyedReads {
  const byKey = new Map<DatasetName, readonly string[]>();
  const whole = new Set<DatasetName>();
  const base = (dataset: DatasetName): Relation => ({
    columns: context.columnsOf(dataset),
    byKey(columns) {
      const known = byKey.get(dataset);
      if (known !== undefined && known.join() !== columns.join()) refuseBoth(dataset, context);
      byKey.set(dataset, columns);
    },
    whole: () => void whole.add(dataset),
  });
  const tracer = { base, refuse: context.refuse };
  readQuery(statement, new Map(), tracer).byKey(key);
  for (const dataset of whole) if (byKey.has(dataset)) refuseBoth(dataset, context);
  return { byKey, whole };
}

function refuseBoth(dataset: DatasetName, { refuse }: KeyContext): never {
  return refuse(
    `It reads ${dataset} more than once, and not every time by the key.`,
    'Read it by the key only, or put the other reading into a dataset of its own.',
  );
}

interface Tracer {
  readonly base: (dataset: DatasetName) => Relation;
  readonly refuse: Refuse;
}

function readQuery(node: SyntaxNode, scope: Scope, tracer: Tracer): Relation {
  const { select, union, subquery } = node;
  if (isNode(select)) return readSelect(select, withCommonTables(select, scope, tracer), tracer);
  if (isNode(union)) return readUnion(union, withCommonTables(union, scope, tracer), tracer);
  if (isNode(subquery)) {
    refuseUnknown(subquery, SUBQUERY_PARTS, tracer);
    return readQuery(bodyOf(subquery), scope, tracer);
  }
  return tracer.refuse(`\`${(Object.keys(node)[0] ?? '').toUpperCase()}\` cannot be computed key by key.`, SIMPLER);
}

const bodyOf = (node: SyntaxNode): SyntaxNode => (isNode(node['this']) ? node['this'] : {});

function refuseUnknown(node: SyntaxNode, known: readonly string[], { refuse }: Tracer): void {
  const unknown = findUnknown(node, known);
  if (unknown !== undefined) refuse(`\`${unknown.replaceAll('_', ' ').toUpperCase()}\` cannot be computed key by key.`, SIMPLER);
}

function withCommonTables(node: SyntaxNode, scope: Scope, tracer: Tracer): Scope {
  const inner = new Map(scope);
  if (isNode(node['with'])) refuseUnknown(node['with'], ['ctes'], tracer);
  for (const { name, body } of readCommonTables(node)) {
    refuseUnknown(body, ['alias', 'this', 'alias_first', 'materialized'], tracer);
    inner.set(name, readQuery(bodyOf(body), new Map(inner), tracer));
  }
  return inner;
}

function readUnion(node: SyntaxNode, scope: Scope, tracer: Tracer): Relation {
  refuseUnknown(node, ['left', 'right', 'all', 'distinct', 'with', 'order_by'], tracer);
  const [left, right] = [node['left'], node['right']].map((side) => readQuery(isNode(side) ? side : {}, scope, tracer));
  return {
    columns: left?.columns ?? [],
    byKey(columns) {
      left?.byKey(columns);
      right?.byKey(columns.map((column) => right.columns[left?.columns.indexOf(column) ?? -1] ?? ''));
    },
    whole() {
      left?.whole();
      right?.whole();
    },
  };
}

function readSelect(node: SyntaxNode, scope: Scope, tracer: Tracer): Relation {
  const sources = readSources(node, scope, tracer);
  const outputs = readOutputs(node, sources);
  const expressions = ['expressions', 'where_clause', 'having', 'qualify', 'group_by', 'order_by'].map((part) => node[part]);
  const inside = [expressions, nodesOf(node['joins']).map((join) => join['on'])];
  const wholeInside = () => {
    for (const query of findQueries(inside)) readWhole(query, scope, tracer);
  };
  return {
    columns: outputs.map(({ name }) => name),
    byKey(columns) {
      refuseUnknown(node, SELECT_PARTS, tracer);
      const parts = keyParts(columns, outputs, sources, node, tracer.refuse);
      shareKey(sources, parts, tracer);
      const covers = (list: unknown, hasPositions: boolean) => isCovered(parts, nodesOf(list), outputs, sources, hasPositions);
      const { group_by: grouping } = node;
      if (isNode(grouping) && !isSaid(grouping['all']) && !covers(grouping['expressions'], true)) {
        tracer.refuse('It groups rows of different keys.', `Group by the key: ${columns.join(', ')}.`);
      }
      if (findWindows(expressions).some((window) => isSaid(window['window_name']) || !covers(window['partition_by'], false))) {
        tracer.refuse('A window function looks at rows of other keys.', `Write PARTITION BY ${columns.join(', ')} in its OVER.`);
      }
      wholeInside();
    },
    whole() {
      for (const { relation } of sources) relation.whole();
      wholeInside();
    },
  };
}

// Of a query that is read whole, only its tables matter.
function readWhole(query: SyntaxNode, scope: Scope, tracer: Tracer): void {
  for (const table of findTableNodes(query)) {
    const name = readIdentifier(table['name'])?.name ?? '';
    const schema = readIdentifier(table['schema'])?.name;
    if (schema !== undefined) tracer.base(`${schema}.${name}` as DatasetName).whole();
    else scope.get(name)?.whole();
  }
}

function readSources(node: SyntaxNode, scope: Scope, tracer: Tracer): readonly Source[] {
  const from = isNode(node['from']) ? nodesOf(node['from']['expressions']) : [];
  const first = from.map((item) => ({ ...readItem(item, scope, tracer), isOptional: false, equal: [], using: [] }));
  const joined = nodesOf(node['joins']).map((join) => {
    const kind = String(join['kind']);
    if (!['Inner', 'Left', 'Cross'].includes(kind)) tracer.refuse(`A ${kind.toUpperCase()} JOIN cannot be computed key by key.`, SIMPLER);
    const using = nodesOf(join['using']).flatMap((name) => readIdentifier(name)?.name ?? []);
    const item = readItem(isNode(join['this']) ? join['this'] : {}, scope, tracer);
    return { ...item, isOptional: kind === 'Left', equal: readEqualities(join['on']), using };
  });
  return [...first, ...joined];
}

function readItem(item: SyntaxNode, scope: Scope, tracer: Tracer): Pick<Source, 'alias' | 'relation'> {
  const { table, subquery } = item;
  if (isNode(subquery)) return { alias: readIdentifier(subquery['alias'])?.name ?? '', relation: readQuery(item, scope, tracer) };
  if (!isNode(table)) return tracer.refuse(`\`${(Object.keys(item)[0] ?? '').toUpperCase()}\` in FROM cannot be read key by key.`, SIMPLER);
  refuseUnknown(table, TABLE_PARTS, tracer);
  const name = readIdentifier(table['name'])?.name ?? '';
  const schema = readIdentifier(table['schema'])?.name;
  const relation = schema === undefined ? scope.get(name) : tracer.base(`${schema}.${name}` as DatasetName);
  return { alias: readIdentifier(table['alias'])?.name ?? name, relation: relation ?? tracer.refuse(`\`${name}\` is unknown.`, SIMPLER) };
}

// A source that has the whole key is read by it; any other one belongs to every key.
function shareKey(sources: readonly Source[], parts: readonly ReadonlySet<ColumnId>[], { refuse }: Tracer): void {
  let isRead = false;
  for (const [at, source] of sources.entries()) {
    const own = parts.map((part) => columnOf(source, at, sources, part));
    const columns = own.flatMap((name) => name ?? []);
    if (columns.length < parts.length) {
      source.relation.whole();
      continue;
    }
    isRead ||= !source.isOptional;
    source.relation.byKey(columns);
  }
  if (!isRead)
    refuse('None of what it reads has all columns of the key.', 'Take the key from one table, or join them by all of its columns.');
}
