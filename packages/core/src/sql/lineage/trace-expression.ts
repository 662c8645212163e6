import { isNode, readIdentifier } from '../syntax-tree.ts';
import type { SyntaxNode } from '../translator.ts';
import { type Flow, mask, mergeFlows, passOn } from './flow.ts';
import { isAggregate, isHash } from './known-functions.ts';
import { allColumns, emptyScope, type Relation, resolveColumn, type Scope, type TraceContext } from './scope.ts';

type Handler = (body: SyntaxNode, scope: Scope, context: TraceContext) => Flow;

/** Where the value of an expression comes from. What is not known in particular changes all that is in it. */
export function traceExpression(value: unknown, scope: Scope, context: TraceContext): Flow {
  if (Array.isArray(value)) return mergeFlows(...value.map((one) => traceExpression(one, scope, context)));
  if (!isNode(value)) return [];
  return mergeFlows(...Object.entries(value).map(([key, body]) => traceNode(key, body, scope, context)));
}

function traceNode(key: string, body: unknown, scope: Scope, context: TraceContext): Flow {
  if (!isNode(body)) return passOn(traceExpression(body, scope, context), 'transformation');
  const handler = HANDLERS[key];
  if (handler !== undefined) return handler(body, scope, context);
  return traceCall(key, body, scope, context);
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  column: traceColumn,
  paren: (body, scope, context) => traceExpression(body['this'], scope, context),
  case: traceCase,
  if_func: ({ condition, true_value, false_value }, scope, context) => choice([condition], [true_value, false_value], scope, context),
  nvl2: ({ this: value, true_value, false_value }, scope, context) => choice([value], [true_value, false_value], scope, context),
  window_function: traceWindow,
  within_group: traceWithinGroup,
  lambda: traceLambda,
  star: (_body, scope) => mergeFlows(...scope.sources.map(({ relation }) => allColumns(relation))),
  exists: (body, scope, context) => rowsOf(body['this'], scope, context),
  select: (body, scope, context) => queryValue({ select: body }, scope, context),
  union: (body, scope, context) => queryValue({ union: body }, scope, context),
  intersect: (body, scope, context) => queryValue({ intersect: body }, scope, context),
  except: (body, scope, context) => queryValue({ except: body }, scope, context),
};

function traceColumn(body: SyntaxNode, scope: Scope): Flow {
  const name = readIdentifier(body['name'])?.name.toLowerCase();
  return name === undefined ? [] : resolveColumn(scope, readIdentifier(body['table'])?.name.toLowerCase(), name);
}

// Any other node: a function, an operator, or a part of one.
function traceCall(key: string, body: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const name = (key === 'function' || key === 'aggregate_function') && typeof body['name'] === 'string' ? body['name'] : key;
  if (name.toLowerCase() === 'decode') return traceDecode(body, scope, context);
  if (key === 'aggregate_function' || isAggregate(name)) return traceAggregate(name, body, scope, context);
  const flow = passOn(traceExpression(body, scope, context), 'transformation');
  return isHash(name) ? mask(flow) : flow;
}

function traceAggregate(name: string, { filter, order_by, ...rest }: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const values = passOn(traceExpression(rest, scope, context), 'aggregation');
  return mergeFlows(
    isHash(name) ? mask(values) : values,
    passOn(traceExpression(filter, scope, context), 'conditional'),
    passOn(traceExpression(order_by, scope, context), 'sort'),
  );
}

function traceWithinGroup(body: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const values = traceExpression(body['this'], scope, context);
  const ordered = traceExpression(body['order_by'], scope, context);
  // PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) aggregates x.
  return mergeFlows(values, passOn(ordered, values.length === 0 ? 'aggregation' : 'sort'));
}

function traceWindow(body: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const over = isNode(body['over']) ? body['over'] : {};
  const named = scope.windows.get(readIdentifier(over['window_name'])?.name ?? '');
  return mergeFlows(
    passOn(traceExpression({ argument: body['this'] }, scope, context), 'transformation'),
    passOn(traceExpression([over, named], scope, context), 'window'),
  );
}

function traceCase(body: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const whens: unknown[] = Array.isArray(body['whens']) ? body['whens'] : [];
  const pairs = whens.filter((when): when is unknown[] => Array.isArray(when));
  return choice(
    [body['operand'], ...pairs.map(([condition]) => condition)],
    [...pairs.map(([, value]) => value), body['else_']],
    scope,
    context,
  );
}

// DECODE(value, search, result, …, otherwise)
function traceDecode(body: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const parts: unknown[] = Array.isArray(body['args']) ? body['args'] : [];
  const isResult = (index: number): boolean => index > 0 && (index % 2 === 0 || index === parts.length - 1);
  return choice(
    parts.filter((_, index) => !isResult(index)),
    parts.filter((_, index) => isResult(index)),
    scope,
    context,
  );
}

function choice(conditions: readonly unknown[], values: readonly unknown[], scope: Scope, context: TraceContext): Flow {
  return mergeFlows(
    passOn(traceExpression(conditions, scope, context), 'conditional'),
    passOn(traceExpression(values, scope, context), 'transformation'),
  );
}

function traceLambda(body: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const parameters: unknown[] = Array.isArray(body['parameters']) ? body['parameters'] : [];
  const columns = parameters.flatMap((one) => readIdentifier(one)?.name.toLowerCase() ?? []).map((name) => ({ name, flow: [] }));
  const own: Relation = { columns, rows: [] };
  const inner: Scope = { ...emptyScope(scope), sources: [{ alias: undefined, relation: own, joined: new Set() }] };
  return passOn(traceExpression(body['body'], inner, context), 'transformation');
}

// A query in place of a value: its columns make the value, and what decides over its rows decides over it.
function queryValue(node: SyntaxNode, scope: Scope, context: TraceContext): Flow {
  const relation = context.query(node, scope, context);
  return mergeFlows(passOn(allColumns(relation), 'transformation'), relation.rows);
}

function rowsOf(node: unknown, scope: Scope, context: TraceContext): Flow {
  return isNode(node) ? context.query(node, scope, context).rows : [];
}
