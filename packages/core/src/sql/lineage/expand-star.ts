import { isNode, readIdentifier } from '../syntax-tree.ts';
import type { SyntaxNode } from '../translator.ts';
import { type Flow, mergeFlows } from './flow.ts';
import type { Relation, Scope, Source, TraceContext, TracedColumn } from './scope.ts';
import { traceExpression } from './trace-expression.ts';

/** The columns that `*` or `t.*` stands for, with EXCLUDE, REPLACE and RENAME. */
export function expandStar(star: SyntaxNode, scope: Scope, context: TraceContext): Omit<Relation, 'rows'> {
  const table = readIdentifier(star['table'])?.name.toLowerCase();
  const sources = sourcesNamed(scope, table);
  const excluded = new Set(names(star['except']));
  const renamed = new Map(pairs(star['rename']));
  const replaced = new Map(replacements(star['replace'], scope, context));
  const columns = sources
    .flatMap((source) => shownColumns(source, table, scope))
    .filter(({ name }) => !excluded.has(name))
    .map((column) => ({ ...column, ...replaced.get(column.name), name: renamed.get(column.name) ?? column.name }));
  const open = sources.flatMap(({ relation }) => (relation.rest === undefined ? [] : [relation.rest]));
  return { columns, ...(open.length === 0 ? {} : { rest: mergeFlows(...open) }) };
}

function sourcesNamed(scope: Scope, table: string | undefined): readonly Source[] {
  if (table === undefined) return scope.sources;
  for (let inner: Scope | undefined = scope; inner !== undefined; inner = inner.outer) {
    const found = inner.sources.filter(({ alias }) => alias === table);
    if (found.length > 0) return found;
  }
  return [];
}

function shownColumns({ relation, joined }: Source, table: string | undefined, { shared }: Scope): readonly TracedColumn[] {
  if (table !== undefined) return relation.columns;
  return relation.columns
    .filter(({ name }) => !joined.has(name))
    .map((column) => ({ ...column, flow: shared.get(column.name) ?? column.flow }));
}

function replacements(
  list: unknown,
  scope: Scope,
  context: TraceContext,
): readonly (readonly [string, { readonly flow: Flow; readonly at: number }])[] {
  return listOf(list).flatMap((one) => {
    const body = isNode(one) && isNode(one['alias']) && 'this' in one['alias'] ? one['alias'] : one;
    const alias = isNode(body) ? readIdentifier(body['alias']) : undefined;
    if (!isNode(body) || alias === undefined) return [];
    return [[alias.name.toLowerCase(), { flow: traceExpression(body['this'], scope, context), at: alias.start }] as const];
  });
}

function pairs(list: unknown): readonly (readonly [string, string])[] {
  return listOf(list).flatMap((pair) => {
    const [from, to] = Array.isArray(pair) ? names(pair) : [];
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
}

function names(list: unknown): readonly string[] {
  return listOf(list).flatMap((one) => readIdentifier(one)?.name.toLowerCase() ?? []);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
