import type { Column } from './column-type.ts';
import { findForm } from './functions/function-table.ts';
import { numberOfCall } from './functions/mark-calls.ts';
import { OWN_FORMS } from './functions/own-forms.ts';
import type { RenderedForm } from './functions/rendered-form.ts';
import { resultKind } from './functions/result-kind.ts';
import { readUnit } from './functions/units.ts';
import { UntranslatableError } from './functions/untranslatable.ts';
import { type ColumnsOfTables, columnsOfStar, renamed, replacementOf, withCommonTables } from './output-names.ts';
import { nodesOf } from './query-parts.ts';
import { SHAPES } from './shape-syntax.ts';
import { isNode, readIdentifier } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';
import { kindOf, kindsOfNames, type ResultOf, type ValueKind } from './value-kind.ts';

/** What is known of the tables that a query reads, by the relation's name. */
export type KnownTables = Readonly<Record<string, readonly Column[]>>;

/** A query whose syntax means the same on both engines, and what its marked calls stand for. */
export interface ShapedQuery {
  readonly tree: unknown;
  /** False: nothing had to be changed. */
  readonly isChanged: boolean;
  readonly forms: ReadonlyMap<string, RenderedForm>;
}

/** What shaping one node may ask. */
export interface ShapeContext {
  /** The kind of an expression as it was written. */
  kind(expression: unknown): ValueKind | undefined;
}

/**
 * Rewrites what the translator would render unfaithfully, and picks a form for each marked call (`names`, see `markCalls`).
 * @throws UntranslatableError
 */
export function shapeQuery(tree: unknown, names: readonly string[], known: KnownTables): ShapedQuery {
  const nameOf = (marked: string): string => names[numberOfCall(marked) ?? -1] ?? marked.toUpperCase();
  const resultOf: ResultOf = (name, kinds, args) => resultKind(nameOf(name), kinds, readUnit(wordOf(args[0]) ?? ''));
  const kinds = kindsOfNames(tree, Object.values(known).flat(), resultOf);
  const context: ShapeContext = { kind: (expression) => kindOf(expression, kinds, resultOf) };
  const tables = new Map(Object.entries(known).map(([name, columns]) => [name, columns.map((column) => column.name)]));
  const forms = new Map<string, RenderedForm>(Object.entries(OWN_FORMS));
  const done = new WeakSet<SyntaxNode>();
  let isChanged = false;
  const change = (node: SyntaxNode): SyntaxNode => {
    isChanged = true;
    return node;
  };
  const shape = (value: unknown, inside: ColumnsOfTables): unknown => {
    if (Array.isArray(value)) return value.map((one) => shape(one, inside));
    if (!isNode(value)) return value;
    const { select } = value;
    if (isNode(select)) return { ...value, select: shapeSelect(select, inside) };
    pickForm(value, nameOf, context, forms);
    const [[key, body] = ['', undefined]] = Object.entries(value);
    const rule = Object.keys(value).length === 1 && isNode(body) && !done.has(body) ? SHAPES[key] : undefined;
    // The parts of the new node may need shaping, but not the node again.
    if (isNode(body)) done.add(body);
    const shaped = isNode(body) ? rule?.(body, context) : undefined;
    const [[newKey, newBody] = ['', undefined]] = Object.entries(shaped ?? {});
    if (shaped !== undefined) return change({ [newKey]: parts(newBody, inside) });
    return parts(value, inside);
  };
  const parts = (value: unknown, inside: ColumnsOfTables): unknown =>
    isNode(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one, inside)])) : value;
  const shapeSelect = (select: SyntaxNode, outside: ColumnsOfTables): unknown => {
    const inside = withCommonTables(select, outside);
    const expanded = expandStars(select, inside);
    return parts(expanded === undefined ? select : change(expanded), inside);
  };
  return { tree: shape(tree, tables), isChanged, forms };
}

function pickForm(value: SyntaxNode, nameOf: (marked: string) => string, context: ShapeContext, forms: Map<string, RenderedForm>): void {
  const { function: call } = value;
  if (!isNode(call) || typeof call['name'] !== 'string' || numberOfCall(call['name']) === undefined) return;
  const name = nameOf(call['name']);
  const args: readonly unknown[] = Array.isArray(call['args']) ? call['args'] : [];
  const form = findForm({ name, kinds: args.map((arg) => context.kind(arg)), unit: wordOf(args[0]) });
  if (form?.duckdb === undefined || form.spark === undefined) {
    throw new UntranslatableError(
      `${name} has no rendering for these arguments that is known to be as in Snowflake.`,
      `${hintFor(name, wordOf(args[0]))} docs/functions.md lists its forms.`,
      name,
    );
  }
  if (form.constant !== undefined) needPlainText(args[form.constant - 1], name);
  forms.set(call['name'].toUpperCase(), { duckdb: form.duckdb, spark: form.spark });
}

function hintFor(name: string, unit: string | undefined): string {
  if (/^(DATEADD|TIMESTAMPADD|TIMEADD|DATE_TRUNC)$/.test(name)) {
    return readUnit(unit ?? '') === undefined
      ? 'Name the unit, such as day.'
      : 'Cast the value, so that it is known: ::date or ::timestamp.';
  }
  if (name === 'AVG' || name === 'DIV0') return 'Cast the values: ::float. A NUMBER would have six more decimals in Snowflake.';
  return name === 'ROUND' ? 'Cast the value: ::float or ::number(38, 6).' : 'Count and cast its arguments.';
}

function needPlainText(arg: unknown, name: string): void {
  const literal = isNode(arg) && isNode(arg['literal']) ? arg['literal'] : undefined;
  if (literal?.['literal_type'] === 'string' && !/[\\$]/.test(String(literal['value']))) return;
  throw new UntranslatableError(
    `The replacement of ${name} must be a text in quotes without \\ and $.`,
    'The engines refer to groups in different ways. Put the text together from REGEXP_SUBSTR.',
    name,
  );
}

function wordOf(arg: unknown): string | undefined {
  if (!isNode(arg)) return undefined;
  const { column, literal, var: word } = arg;
  if (isNode(literal)) return String(literal['value']);
  if (isNode(word)) return String(word['this']);
  return isNode(column) ? readIdentifier(column['name'])?.name : undefined;
}

/**
 * For Spark a QUALIFY becomes a query around the SELECT, where the names of tables mean nothing; and it has no `*` with EXCLUDE,
 * REPLACE or RENAME.
 */
function expandStars(select: SyntaxNode, tables: ColumnsOfTables): SyntaxNode | undefined {
  const expressions = nodesOf(select['expressions']);
  const hasQualify = isNode(select['qualify']);
  if (!expressions.some((one) => (hasQualify ? isNode(one['star']) || isNode(one['column']) : isChangedStar(one['star']))))
    return undefined;
  const expanded = expressions.flatMap((expression): readonly SyntaxNode[] => {
    const { star } = expression;
    if (!isNode(star)) {
      const name = hasQualify && isNode(expression['column']) ? readIdentifier(expression['column']['name'])?.name : undefined;
      return [name === undefined ? expression : aliased(expression, name)];
    }
    const columns = columnsOfStar(select, star, tables);
    if (columns === undefined) {
      throw new UntranslatableError('What `*` stands for cannot be told here.', 'Name the columns.', '*');
    }
    return columns.map(([table, name]) => replacementOf(star, name) ?? aliased(columnNode(table, name), renamed(star, name)));
  });
  return { ...select, expressions: expanded };
}

function isChangedStar(star: unknown): boolean {
  return isNode(star) && ['except', 'replace', 'rename'].some((key) => Array.isArray(star[key]) && star[key].length > 0);
}

const identifier = (text: string) => ({ name: text, quoted: false, trailing_comments: [] });

function columnNode(table: string, name: string): SyntaxNode {
  return { column: { name: identifier(name), table: table === '' ? null : identifier(table), join_mark: false, trailing_comments: [] } };
}

function aliased(value: SyntaxNode, name: string): SyntaxNode {
  return {
    alias: {
      this: value,
      alias: identifier(name),
      column_aliases: [],
      alias_explicit_as: true,
      pre_alias_comments: [],
      trailing_comments: [],
    },
  };
}
