import { isNode, readIdentifier } from '../syntax-tree.ts';
import type { SyntaxNode } from '../translator.ts';
import { type Flow, mergeFlows, passOn } from './flow.ts';
import { emptyScope, resolveColumn, type Scope, type Source, type TraceContext } from './scope.ts';
import { traceExpression } from './trace-expression.ts';
import { traceFromItem } from './trace-from.ts';

/** What a FROM clause brings into sight, and what it makes the rows depend on. */
export interface Joined {
  readonly scope: Scope;
  readonly rows: Flow;
}

/** Traces a FROM clause with its joins. */
export function traceJoins(from: unknown, joins: unknown, outer: Scope | undefined, context: TraceContext): Joined {
  let joined: Joined = { scope: emptyScope(outer), rows: [] };
  for (const item of isNode(from) ? listOf(from['expressions']) : []) joined = addItem(joined, item, context);
  for (const join of listOf(joins)) if (isNode(join)) joined = addJoin(joined, join, context);
  return joined;
}

function addItem(before: Joined, item: unknown, context: TraceContext): Joined {
  const bracketed = isNode(item) && isNode(item['joined_table']) ? item['joined_table'] : undefined;
  if (bracketed !== undefined)
    return listOf(bracketed['joins']).reduce<Joined>(
      (joined, join) => (isNode(join) ? addJoin(joined, join, context) : joined),
      addItem(before, bracketed['left'], context),
    );
  return withSources(before, traceFromItem(item, before.scope, context));
}

function withSources({ scope, rows }: Joined, sources: readonly Source[]): Joined {
  return {
    scope: { ...scope, sources: [...scope.sources, ...sources] },
    rows: mergeFlows(rows, ...sources.map(({ relation }) => relation.rows)),
  };
}

function addJoin(before: Joined, join: SyntaxNode, context: TraceContext): Joined {
  const after = addItem(before, join['this'], context);
  const added = after.scope.sources.slice(before.scope.sources.length);
  const shared = sharedNames(join, before.scope.sources, added);
  const condition = traceExpression([join['on'], join['match_condition']], after.scope, context);
  const keys = shared.map((name) => ({ name, left: resolveColumn(before.scope, undefined, name), right: flowOf(added, name) }));
  const rows = mergeFlows(after.rows, passOn(mergeFlows(condition, ...keys.flatMap(({ left, right }) => [left, right])), 'join'));
  if (keys.length === 0) return { scope: after.scope, rows };
  const kind = String(join['kind']);
  const names = new Set(shared);
  const sources = [...before.scope.sources, ...added.map((source) => ({ ...source, joined: names }))];
  const values = keys.map(({ name, left, right }) => [name, sharedFlow(kind, left, right)] as const);
  return { scope: { ...after.scope, sources, shared: new Map([...before.scope.shared, ...values]) }, rows };
}

function sharedFlow(kind: string, left: Flow, right: Flow): Flow {
  if (/full/i.test(kind)) return passOn(mergeFlows(left, right), 'transformation');
  return /right/i.test(kind) ? right : left;
}

function sharedNames(join: SyntaxNode, before: readonly Source[], added: readonly Source[]): readonly string[] {
  const declared = listOf(join['using']).flatMap((one) => readIdentifier(one)?.name.toLowerCase() ?? []);
  if (!/natural/i.test(String(join['kind']))) return declared;
  const known = new Set(before.flatMap(({ relation }) => relation.columns).map(({ name }) => name));
  return added
    .flatMap(({ relation }) => relation.columns)
    .map(({ name }) => name)
    .filter((name) => known.has(name));
}

function flowOf(sources: readonly Source[], name: string): Flow {
  return resolveColumn({ ...emptyScope(undefined), sources }, undefined, name);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
