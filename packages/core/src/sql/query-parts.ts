import { isNode, readIdentifier } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';

/** A column as an expression names it; `table` is the alias before the point. */
export interface ColumnReference {
  readonly table: string | undefined;
  readonly name: string;
}

const QUERIES = ['select', 'union', 'intersect', 'except'] as const;

/** The node as a list of nodes; empty if it is none. */
export function nodesOf(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Tells whether a member of a node says something: parsers fill in the others with null, false and empty lists. */
export function isSaid(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The first member of a node that says something and is not among those that are known. */
export function findUnknown(node: SyntaxNode, known: readonly string[]): string | undefined {
  return Object.keys(node).find((key) => !known.includes(key) && !key.includes('comments') && key !== 'span' && isSaid(node[key]));
}

/** The column that an expression is, if it is nothing more; brackets do not count. */
export function readColumn(expression: unknown): ColumnReference | undefined {
  if (!isNode(expression)) return undefined;
  const { column, paren } = expression;
  if (isNode(paren)) return readColumn(paren['this']);
  if (!isNode(column)) return undefined;
  const name = readIdentifier(column['name']);
  return name === undefined ? undefined : { table: readIdentifier(column['table'])?.name, name: name.name };
}

/** The pairs of columns that must be equal for a condition to hold. */
export function readEqualities(condition: unknown): readonly (readonly [ColumnReference, ColumnReference])[] {
  if (!isNode(condition)) return [];
  const { and, paren, eq } = condition;
  if (isNode(paren)) return readEqualities(paren['this']);
  if (isNode(and)) return [...readEqualities(and['left']), ...readEqualities(and['right'])];
  if (!isNode(eq)) return [];
  const [left, right] = [readColumn(eq['left']), readColumn(eq['right'])];
  return left === undefined || right === undefined ? [] : [[left, right]];
}

/** The nodes below `root` of which `isWanted`, but none inside of another one. */
function findNodes(root: unknown, isWanted: (key: string, node: SyntaxNode) => boolean): readonly SyntaxNode[] {
  if (Array.isArray(root)) return root.flatMap((child) => findNodes(child, isWanted));
  if (!isNode(root)) return [];
  return Object.entries(root).flatMap(([key, child]) =>
    isNode(child) && isWanted(key, child) ? [{ [key]: child }] : findNodes(child, isWanted),
  );
}

/** The queries inside of expressions, outermost only. */
export function findQueries(expressions: unknown): readonly SyntaxNode[] {
  return findNodes(expressions, (key) => QUERIES.some((kind) => kind === key));
}

/** What stands behind each `OVER`, but for those of queries inside. */
export function findWindows(expressions: unknown): readonly SyntaxNode[] {
  const found = findNodes(expressions, (key) => key === 'over' || QUERIES.some((kind) => kind === key));
  return found.flatMap(({ over }) => (isNode(over) ? [over] : []));
}

/** The tables below `root`, as `table` nodes. */
export function findTableNodes(root: unknown): readonly SyntaxNode[] {
  return findNodes(root, (key, node) => key === 'table' && 'catalog' in node).flatMap(({ table }) => (isNode(table) ? [table] : []));
}

/** The names and bodies of a query's common tables. */
export function readCommonTables(node: SyntaxNode): readonly { readonly name: string; readonly body: SyntaxNode }[] {
  const clause = node['with'];
  if (!isNode(clause)) return [];
  return nodesOf(clause['ctes']).flatMap((cte) => {
    const name = readIdentifier(cte['alias']);
    return name === undefined ? [] : [{ name: name.name, body: cte }];
  });
}
