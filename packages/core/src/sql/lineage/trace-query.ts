import { isNode, readIdentifier } from '../syntax-tree.ts';
import type { SyntaxNode } from '../translator.ts';
import { type Flow, identityFlow, mergeFlows, passOn } from './flow.ts';
import { allColumns, emptyScope, type Relation, type Scope, type TraceContext, type TracedColumn } from './scope.ts';
import { traceExpression } from './trace-expression.ts';
import { renameColumns } from './trace-from.ts';
import { traceOrder, traceSelect } from './trace-select.ts';

// Edges are only ever added, so a recursive query is done when a pass adds none; the limit is for a mistake of ours.
const MAX_PASSES = 20;

/** A table that a query may read, by the name that it has there. */
export interface TraceTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * Traces a parsed query: for each of its columns, which columns of `tables` act on it and how, and which act on the choice
 * of its rows. No way is missing; where a query cannot be told apart, there may be more than there are.
 */
export function traceQuery(statement: SyntaxNode, tables: readonly TraceTable[]): Relation {
  return query(statement, undefined, {
    tables: new Map(tables.map((table) => [table.name, baseRelation(table)])),
    withNames: new Map(),
    query,
  });
}

/** Traces the values of a SELECT without FROM whose names are columns of `table`. */
export function traceValue(statement: SyntaxNode, table: TraceTable): Flow {
  const source = { alias: undefined, relation: baseRelation(table), joined: new Set<string>() };
  const context: TraceContext = { tables: new Map(), withNames: new Map(), query };
  const relation = query(statement, { ...emptyScope(undefined), sources: [source] }, context);
  return mergeFlows(allColumns(relation), relation.rows);
}

function baseRelation({ name: table, columns }: TraceTable): Relation {
  return { columns: columns.map((name) => ({ name, flow: identityFlow(table, name) })), rows: [] };
}

function query(node: SyntaxNode, scope: Scope | undefined, context: TraceContext): Relation {
  for (const [key, body] of Object.entries(node)) {
    if (!isNode(body)) continue;
    const inner = withCommonTables(body['with'], scope, context);
    if (key === 'select') return traceSelect(body, scope, inner);
    if (key === 'subquery') return traceBrackets(body, scope, inner);
    if (key === 'values') return traceValues(body, scope ?? emptyScope(undefined), inner);
    if (key === 'union' || key === 'intersect' || key === 'except') return traceSet(key, body, scope, inner);
  }
  return { columns: [], rows: [], rest: [] };
}

function withCommonTables(clause: unknown, scope: Scope | undefined, context: TraceContext): TraceContext {
  if (!isNode(clause) || !Array.isArray(clause['ctes'])) return context;
  const withNames = new Map(context.withNames);
  const inner: TraceContext = { ...context, withNames };
  for (const table of clause['ctes']) {
    const name = isNode(table) ? readIdentifier(table['alias'])?.name.toLowerCase() : undefined;
    if (!isNode(table) || name === undefined || !isNode(table['this'])) continue;
    const traced = (): Relation => renameColumns(query(asNode(table['this']), scope, inner), table['columns']);
    withNames.set(name, clause['recursive'] === true ? fixedPoint(name, withNames, traced) : traced());
  }
  return inner;
}

// What a recursive query reads of itself is what the passes before have found.
function fixedPoint(name: string, withNames: Map<string, Relation>, traced: () => Relation): Relation {
  withNames.set(name, { columns: [], rows: [], rest: [] });
  let relation = traced();
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    withNames.set(name, relation);
    const next = traced();
    if (sizeOf(next) === sizeOf(relation)) return next;
    relation = next;
  }
  return relation;
}

function sizeOf({ columns, rows, rest = [] }: Relation): number {
  return columns.reduce((sum, { flow }) => sum + flow.length, rows.length + rest.length);
}

function traceBrackets(body: SyntaxNode, scope: Scope | undefined, context: TraceContext): Relation {
  const relation = renameColumns(query(asNode(body['this']), scope, context), body['column_aliases']);
  return withOrder(relation, body, scope, context);
}

function traceValues(body: SyntaxNode, scope: Scope, context: TraceContext): Relation {
  const rows: unknown[] = Array.isArray(body['expressions']) ? body['expressions'] : [];
  const lists = rows.map((row) => (isNode(row) && Array.isArray(row['expressions']) ? row['expressions'] : []));
  const width = Math.max(0, ...lists.map((list) => list.length));
  const columns = Array.from({ length: width }, (_, index) => ({
    name: `column${index + 1}`,
    flow: mergeFlows(...lists.map((list) => traceExpression(list[index], scope, context))),
  }));
  return renameColumns({ columns, rows: [] }, body['column_aliases']);
}

function traceSet(kind: 'union' | 'intersect' | 'except', body: SyntaxNode, scope: Scope | undefined, context: TraceContext): Relation {
  const left = query(asNode(body['left']), scope, context);
  const right = query(asNode(body['right']), scope, context);
  const compared = mergeFlows(allColumns(left), allColumns(right));
  const isWhole = kind === 'union' && body['all'] === true;
  const rows = mergeFlows(left.rows, right.rows, isWhole ? [] : passOn(compared, kind === 'union' ? 'group-by' : 'filter'));
  if (kind !== 'union') return withOrder({ ...left, rows }, body, scope, context);
  const columns = body['by_name'] === true ? unitedByName(left, right) : unitedByPlace(left, right);
  const rest = left.rest === undefined && right.rest === undefined ? {} : { rest: mergeFlows(left.rest ?? [], right.rest ?? []) };
  return withOrder({ columns, rows, ...rest }, body, scope, context);
}

function unitedByPlace(left: Relation, right: Relation): readonly TracedColumn[] {
  return left.columns.map((column, index) => ({
    ...column,
    flow: mergeFlows(column.flow, right.columns[index]?.flow ?? right.rest ?? [], left.rest === undefined ? [] : allColumns(right)),
  }));
}

function unitedByName(left: Relation, right: Relation): readonly TracedColumn[] {
  const others = new Map(right.columns.map((column) => [column.name, column]));
  const both = left.columns.map((column) => ({
    ...column,
    flow: mergeFlows(column.flow, others.get(column.name)?.flow ?? right.rest ?? []),
  }));
  return [...both, ...right.columns.filter(({ name }) => left.columns.every((column) => column.name !== name))];
}

function withOrder(relation: Relation, body: SyntaxNode, scope: Scope | undefined, context: TraceContext): Relation {
  const own: Scope = { ...emptyScope(scope), sources: [{ alias: undefined, relation, joined: new Set() }] };
  const order: Flow = traceOrder(body['order_by'], relation, own, context);
  return order.length === 0 ? relation : { ...relation, rows: mergeFlows(relation.rows, order) };
}

function asNode(value: unknown): SyntaxNode {
  return isNode(value) ? value : {};
}
