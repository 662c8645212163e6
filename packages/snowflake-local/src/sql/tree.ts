import { unsupported } from '../errors/snowflake-error.ts';

/** What a node of the parsed statement holds. The parser's own types are not used: every field is checked where it is read. */
export type Fields = Readonly<Record<string, unknown>>;

/** A node of the parsed statement: `{ select: {...} }` is kind `select`. */
export interface TreeNode {
  readonly kind: string;
  readonly fields: Fields;
}

// They say how the text was written, not what it means.
const SPELLING = new Set([
  'span',
  'comments',
  'leading_comments',
  'trailing_comments',
  'left_comments',
  'operator_comments',
  'pre_alias_comments',
  'inferred_type',
  'alias_explicit_as',
  'alias_keyword',
  'alias_first',
  'double_colon_syntax',
  'explicit_asc',
  'original_name',
  'kind_text',
  'start_side_text',
  'end_side_text',
  'nesting_group',
  'use_inner_keyword',
  'use_outer_keyword',
  'as_select_parenthesized',
  'constraint_order',
  'hint',
  'no_parens',
]);

/** Reads one node. @throws SnowflakeError for anything that is not one. */
export function nodeOf(value: unknown): TreeNode {
  const [entry, ...others] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entry === undefined || others.length > 0) throw unsupported('this syntax');
  return { kind: entry[0], fields: fieldsOf(entry[1]) };
}

/** Reads a plain object of the tree; anything else has no fields. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}

/** Reads a list of the tree; anything else is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Tells whether a field says something. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** Refuses a node with a field that the caller does not translate, so nothing of a statement is ever dropped in silence. */
export function allowOnly(kind: string, fields: Fields, allowed: readonly string[]): void {
  for (const [name, value] of Object.entries(fields)) {
    if (isPresent(value) && !allowed.includes(name) && !SPELLING.has(name)) throw unsupported(`${kind}: ${name}`.replaceAll('_', ' '));
  }
}

/** Reads the text of a string literal; undefined for any other node. */
export function literalText(value: unknown): string | undefined {
  const { kind, fields } = nodeOf(value);
  const isText = kind === 'literal' && (fields['literal_type'] === 'string' || fields['literal_type'] === 'dollar_string');
  return isText ? String(fields['value']) : undefined;
}

/** Reads a word such as `day` or `'day'`, in lower case; undefined for any other node. */
export function wordOf(value: unknown): string | undefined {
  const { kind, fields } = nodeOf(value);
  if (kind === 'var') return String(fields['this']).toLowerCase();
  if (kind === 'column' && !isPresent(fields['table'])) return String(fieldsOf(fields['name'])['name']).toLowerCase();
  return literalText(value)?.toLowerCase();
}
