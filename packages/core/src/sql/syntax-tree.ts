import type { SyntaxNode } from './translator.ts';

/** Calls `visit` for every node below `root` with the key under which it hangs. */
export function walkTree(root: unknown, visit: (key: string, node: SyntaxNode) => void): void {
  if (Array.isArray(root)) {
    for (const child of root) walkTree(child, visit);
    return;
  }
  if (!isNode(root)) return;
  for (const [key, child] of Object.entries(root)) {
    // An expression without arguments hangs in the tree as `{ random: null }`.
    if (isNode(child) || child === null) visit(key, child ?? {});
    walkTree(child, visit);
  }
}

/** Narrows to a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name that an identifier node holds, and its place as code point offsets. */
export interface Identifier {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Reads an identifier node; undefined if it is none. */
export function readIdentifier(value: unknown): Identifier | undefined {
  if (!isNode(value)) return undefined;
  const { name, span, quoted } = value;
  if (typeof name !== 'string' || !isNode(span)) return undefined;
  const { start, end } = span;
  if (typeof start !== 'number' || typeof end !== 'number') return undefined;
  return { name: quoted === true ? name : name.toLowerCase(), start, end };
}
