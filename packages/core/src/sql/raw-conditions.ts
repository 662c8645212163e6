import { isNode } from './syntax-tree.ts';

const NEGATION = /^\s*NOT\s+/i;

/**
 * Puts conditions in the place of text: of `NOT a LIKE b` the parser keeps only what was written, in which nobody would look for
 * columns or functions. `parse` gives the tree of a query; text that it does not understand stays.
 */
export function readRawConditions(tree: unknown, parse: (sql: string) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((one) => readRawConditions(one, parse));
  if (!isNode(tree)) return tree;
  const { raw } = tree;
  const condition = isNode(raw) && typeof raw['sql'] === 'string' ? negated(raw['sql'], parse) : undefined;
  return condition ?? Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, readRawConditions(value, parse)]));
}

function negated(text: string, parse: (sql: string) => unknown): unknown {
  if (!NEGATION.test(text)) return undefined;
  const tree = parse(`SELECT ${text.replace(NEGATION, '')}`);
  const [query] = Array.isArray(tree) ? tree : [tree];
  const select = isNode(query) && isNode(query['select']) ? query['select'] : undefined;
  const [condition] = Array.isArray(select?.['expressions']) ? select['expressions'] : [];
  if (condition === undefined) return undefined;
  return {
    paren: {
      this: { not: { this: { paren: { this: readRawConditions(condition, parse), trailing_comments: [] } } } },
      trailing_comments: [],
    },
  };
}
