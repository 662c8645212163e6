import { isNode, readIdentifier } from '../syntax-tree.ts';
import type { SyntaxNode } from '../translator.ts';
import { type Flow, mergeFlows, passOn } from './flow.ts';
import type { Relation, Scope, Source, TraceContext, TracedColumn } from './scope.ts';
import { traceExpression } from './trace-expression.ts';

/** Traces one item of a FROM clause; `scope`: what stands before it. A bracketed join gives several sources. */
export function traceFromItem(node: unknown, scope: Scope, context: TraceContext): readonly Source[] {
  if (!isNode(node)) return [];
  return Object.entries(node).flatMap(([key, body]) => (isNode(body) ? sourcesOf(key, body, scope, context) : []));
}

/** Gives a relation's columns other names, in order. */
export function renameColumns(relation: Relation, names: unknown): Relation {
  const list: readonly unknown[] = Array.isArray(names) ? names : [];
  const columns = relation.columns.map((column, index) => ({
    ...column,
    name: readIdentifier(list[index])?.name.toLowerCase() ?? column.name,
  }));
  return { ...relation, columns };
}

function sourcesOf(key: string, body: SyntaxNode, scope: Scope, context: TraceContext): readonly Source[] {
  switch (key) {
    case 'table':
      return [source(aliasOf(body) ?? nameOf(body['name']), renameColumns(tableOf(body, context), body['column_aliases']))];
    case 'pivot':
      return [source(aliasOf(body), pivoted(body, scope, context))];
    case 'unpivot':
      return [source(aliasOf(body), unpivoted(body, scope, context))];
    case 'subquery':
    case 'select':
    case 'union':
    case 'intersect':
    case 'except':
    case 'values':
      return [source(aliasOf(body), context.query({ [key]: body }, scope, context))];
    default:
      return [source(aliasOf(body), tableFunction({ [key]: body }, scope, context))];
  }
}

function source(alias: string | undefined, relation: Relation): Source {
  return { alias, relation, joined: new Set() };
}

function tableOf(body: SyntaxNode, { tables, withNames }: TraceContext): Relation {
  const name = nameOf(body['name']) ?? '';
  const schema = nameOf(body['schema']);
  const relation = schema === undefined ? withNames.get(name) : tables.get(`${schema}.${name}`);
  return relation ?? tables.get(name) ?? { columns: [], rows: [], rest: [] };
}

// What a table function gives, and how many rows of it, follows from its arguments.
function tableFunction(node: SyntaxNode, scope: Scope, context: TraceContext): Relation {
  const flow = traceExpression(node, scope, context);
  return { columns: [], rest: passOn(flow, 'transformation'), rows: passOn(flow, 'join') };
}

function pivoted(body: SyntaxNode, scope: Scope, context: TraceContext): Relation {
  const inner = traceFromItem(body['this'], scope, context);
  const within: Scope = { ...scope, sources: inner, outer: scope };
  const values = passOn(traceExpression(body['expressions'], within, context), 'aggregation');
  const fields = traceExpression(body['fields'], within, context);
  const kept = columnsOf(inner).filter(({ flow }) => !overlaps(flow, values) && !overlaps(flow, fields));
  return {
    columns: kept,
    rest: mergeFlows(values, passOn(fields, 'conditional')),
    rows: mergeFlows(...inner.map(({ relation }) => relation.rows), passOn(mergeFlows(...kept.map(({ flow }) => flow)), 'group-by')),
  };
}

function unpivoted(body: SyntaxNode, scope: Scope, context: TraceContext): Relation {
  const inner = traceFromItem(body['this'], scope, context);
  const turned = traceExpression(body['columns'], { ...scope, sources: inner, outer: scope }, context);
  const kept = columnsOf(inner).filter(({ flow }) => !overlaps(flow, turned));
  return {
    columns: [
      ...kept,
      { name: nameOf(body['name_column']) ?? '', flow: [] },
      { name: nameOf(body['value_column']) ?? '', flow: passOn(turned, 'transformation') },
    ],
    // Rows without a value are left out.
    rows: mergeFlows(...inner.map(({ relation }) => relation.rows), passOn(turned, 'filter')),
  };
}

function columnsOf(sources: readonly Source[]): readonly TracedColumn[] {
  return sources.flatMap(({ relation }) => relation.columns);
}

function overlaps(one: Flow, other: Flow): boolean {
  return one.some((edge) => other.some(({ table, column }) => edge.table === table && edge.column === column));
}

function aliasOf(body: SyntaxNode): string | undefined {
  return typeof body['alias'] === 'string' ? body['alias'].toLowerCase() : nameOf(body['alias']);
}

function nameOf(identifier: unknown): string | undefined {
  return readIdentifier(identifier)?.name.toLowerCase();
}
