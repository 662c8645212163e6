import type { SyntaxNode } from '../translator.ts';
import { type Flow, mergeFlows } from './flow.ts';

/** A column of a query or table, and where its values come from. */
export interface TracedColumn {
  readonly name: string;
  readonly flow: Flow;
  /** Where it is written, as a code point offset into the model; absent: nowhere, it came with a `*`. */
  readonly at?: number;
}

/** What a query or table gives. */
export interface Relation {
  readonly columns: readonly TracedColumn[];
  /** What decides which rows there are. */
  readonly rows: Flow;
  /** Of columns whose names cannot be told; absent: there are none. */
  readonly rest?: Flow;
}

/** A relation by the name that it has in a FROM clause. */
export interface Source {
  readonly alias: string | undefined;
  readonly relation: Relation;
  /** Columns that USING has made one with those of an earlier source. */
  readonly joined: ReadonlySet<string>;
}

/** What names mean at one place of a query. */
export interface Scope {
  readonly sources: readonly Source[];
  /** Columns that USING has made of several. */
  readonly shared: ReadonlyMap<string, Flow>;
  /** Names that the SELECT list gives. */
  readonly aliases: ReadonlyMap<string, Flow>;
  readonly windows: ReadonlyMap<string, SyntaxNode>;
  readonly outer: Scope | undefined;
}

/** What tracing works with besides names of columns. */
export interface TraceContext {
  readonly tables: ReadonlyMap<string, Relation>;
  readonly withNames: ReadonlyMap<string, Relation>;
  /** Traces a query inside of another one. */
  readonly query: (node: SyntaxNode, scope: Scope | undefined, context: TraceContext) => Relation;
}

/** A scope in which nothing has a name. */
export function emptyScope(outer: Scope | undefined): Scope {
  return { sources: [], shared: new Map(), aliases: new Map(), windows: new Map(), outer };
}

/** Where the value behind a name comes from. A name that cannot be told may be anything that is in sight. */
export function resolveColumn(scope: Scope | undefined, table: string | undefined, name: string): Flow {
  for (let inner = scope; inner !== undefined; inner = inner.outer) {
    const flow = table === undefined ? lookUp(inner, name) : lookUpIn(inner, table, name);
    if (flow !== undefined) return flow;
  }
  // `v.field` of a column that holds an object.
  return table === undefined ? everything(scope) : resolveColumn(scope, undefined, table);
}

/** All columns of a relation as one flow. */
export function allColumns({ columns, rest = [] }: Relation): Flow {
  return mergeFlows(...columns.map(({ flow }) => flow), rest);
}

function lookUp(scope: Scope, name: string): Flow | undefined {
  const shared = scope.shared.get(name);
  if (shared !== undefined) return shared;
  const found = scope.sources.flatMap(({ relation }) => columnOf(relation, name) ?? []);
  if (found.length > 0) return mergeFlows(...found.map(({ flow }) => flow));
  const open = scope.sources.flatMap(({ relation }) => (relation.rest === undefined ? [] : [relation.rest]));
  const alias = scope.aliases.get(name);
  if (open.length === 0) return alias;
  return mergeFlows(...open, alias ?? []);
}

function lookUpIn(scope: Scope, table: string, name: string): Flow | undefined {
  const relation = scope.sources.find(({ alias }) => alias === table)?.relation;
  return relation === undefined ? undefined : (columnOf(relation, name)?.flow ?? relation.rest);
}

function columnOf({ columns }: Relation, name: string): TracedColumn | undefined {
  return columns.find((column) => column.name === name);
}

function everything(scope: Scope | undefined): Flow {
  if (scope === undefined) return [];
  return mergeFlows(...scope.sources.map(({ relation }) => allColumns(relation)), everything(scope.outer));
}
