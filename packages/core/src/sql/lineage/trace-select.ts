import { isNode, readIdentifier, walkTree } from '../syntax-tree.ts';
import type { SyntaxNode } from '../translator.ts';
import { expandStar } from './expand-star.ts';
import { type Flow, mergeFlows, passOn } from './flow.ts';
import { isAggregate } from './known-functions.ts';
import { allColumns, type Relation, type Scope, type TraceContext, type TracedColumn } from './scope.ts';
import { traceExpression } from './trace-expression.ts';
import { traceJoins } from './trace-joins.ts';

/** Traces one SELECT. */
export function traceSelect(body: SyntaxNode, outer: Scope | undefined, context: TraceContext): Relation {
  const joined = traceJoins(body['from'], body['joins'], outer, context);
  const projected = project(listOf(body['expressions']), { ...joined.scope, windows: windowsOf(body['windows']) }, context);
  const { scope, relation } = projected;
  const filters = [body['where_clause'], body['having'], body['qualify'], body['connect']].map((clause) =>
    traceExpression(clause, scope, context),
  );
  const rows = mergeFlows(
    joined.rows,
    passOn(mergeFlows(...filters), 'filter'),
    // Which row of a window is kept depends on how the window is made.
    mergeFlows(...filters).filter(({ use }) => use === 'window'),
    passOn(traceGroups(body, relation, scope, context), 'group-by'),
    body['distinct'] === true ? passOn(traceDistinct(body['distinct_on'], relation, scope, context), 'group-by') : [],
    traceOrder(body['order_by'], relation, scope, context),
  );
  return { ...relation, rows };
}

/** What ORDER BY sorts by; numbers and names of the SELECT list stand for its columns. */
export function traceOrder(order: unknown, relation: Relation, scope: Scope, context: TraceContext): Flow {
  const items = isNode(order) ? listOf(order['expressions']) : [];
  const flows = items.map((item) => (isNode(item) ? flowOfListed(item['this'], relation, scope, context) : []));
  return passOn(mergeFlows(...flows), 'sort');
}

function project(
  expressions: readonly unknown[],
  start: Scope,
  context: TraceContext,
): { readonly scope: Scope; readonly relation: Relation } {
  const columns: TracedColumn[] = [];
  const aliases = new Map<string, Flow>();
  const scope: Scope = { ...start, aliases };
  let rest: Flow | undefined;
  for (const expression of expressions) {
    const star = isNode(expression) && isNode(expression['star']) ? expression['star'] : undefined;
    if (star !== undefined) {
      const expanded = expandStar(star, scope, context);
      columns.push(...expanded.columns);
      if (expanded.rest !== undefined) rest = mergeFlows(rest ?? [], expanded.rest);
      continue;
    }
    const column = projectOne(expression, scope, context);
    columns.push(column);
    if (!aliases.has(column.name)) aliases.set(column.name, column.flow);
  }
  return { scope, relation: { columns, rows: [], ...(rest === undefined ? {} : { rest }) } };
}

function projectOne(expression: unknown, scope: Scope, context: TraceContext): TracedColumn {
  const alias = isNode(expression) && isNode(expression['alias']) ? expression['alias'] : undefined;
  const column = isNode(expression) && isNode(expression['column']) ? expression['column'] : undefined;
  const written = readIdentifier(alias?.['alias'] ?? column?.['name']);
  const flow = traceExpression(alias === undefined ? expression : alias['this'], scope, context);
  return { name: written?.name.toLowerCase() ?? '', flow, ...(written === undefined ? {} : { at: written.start }) };
}

function traceGroups(body: SyntaxNode, relation: Relation, scope: Scope, context: TraceContext): Flow {
  const group = body['group_by'];
  if (!isNode(group)) return [];
  if (group['all'] !== true) return mergeFlows(...listOf(group['expressions']).map((one) => flowOfListed(one, relation, scope, context)));
  const plain = listOf(body['expressions']).filter((expression) => !hasAggregate(expression));
  return mergeFlows(...plain.map((expression) => traceExpression(expression, scope, context)));
}

function traceDistinct(on: unknown, relation: Relation, scope: Scope, context: TraceContext): Flow {
  return Array.isArray(on) ? traceExpression(on, scope, context) : allColumns(relation);
}

function flowOfListed(expression: unknown, relation: Relation, scope: Scope, context: TraceContext): Flow {
  const literal = isNode(expression) && isNode(expression['literal']) ? expression['literal'] : undefined;
  if (literal !== undefined) return relation.columns[Number(literal['value']) - 1]?.flow ?? relation.rest ?? [];
  const column = isNode(expression) && isNode(expression['column']) ? expression['column'] : undefined;
  const name = column === undefined || isNode(column['table']) ? undefined : readIdentifier(column['name'])?.name.toLowerCase();
  // A name may mean the column of the list and that of the table; engines differ in which.
  const listed = relation.columns.find((one) => one.name === name)?.flow ?? [];
  return mergeFlows(listed, traceExpression(expression, scope, context));
}

function windowsOf(windows: unknown): ReadonlyMap<string, SyntaxNode> {
  return new Map(
    listOf(windows).flatMap((window) => {
      const name = isNode(window) ? readIdentifier(window['name'])?.name : undefined;
      return isNode(window) && name !== undefined && isNode(window['spec']) ? [[name, window['spec']] as const] : [];
    }),
  );
}

function hasAggregate(expression: unknown): boolean {
  let found = false;
  walkTree(expression, (key, node) => {
    const name = key === 'function' && typeof node['name'] === 'string' ? node['name'] : key;
    if (key === 'aggregate_function' || isAggregate(name)) found = true;
  });
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
