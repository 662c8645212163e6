import { readUnit } from './functions/units.ts';
import { UntranslatableError } from './functions/untranslatable.ts';
import type { ShapeContext } from './shape-query.ts';
import { isNode } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';

/** Gives the node that stands for this one on both engines; undefined: it means the same as it is. */
type Shape = (body: SyntaxNode, context: ShapeContext) => SyntaxNode | undefined;

const call = (name: string, ...args: readonly unknown[]): SyntaxNode => ({
  function: { name, args, distinct: false, trailing_comments: [], use_bracket_syntax: false, no_parens: false, quoted: false },
});
const number = (value: string): SyntaxNode => ({ literal: { literal_type: 'number', value } });
const text = (value: string): SyntaxNode => ({ literal: { literal_type: 'string', value } });

/** By the key of the node in the syntax tree. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  div: divide,
  mod: (body) => ({ mod: { ...body, right: divisor(body['right']) } }),
  sub: subtract,
  add: (body, context) => addInterval('add', body, context),
  cast: (body, context) => shapeCast('cast', body, context),
  try_cast: (body, context) => shapeCast('try_cast', body, context),
  j_s_o_n_extract: () => {
    throw new UntranslatableError(
      'A path into a VARIANT gives a VARIANT, which no column can hold.',
      'Cast it where it is: v:name::varchar.',
    );
  },
  subscript: () => {
    throw new UntranslatableError('`[…]` is not translated faithfully.', 'Use a path with a cast: v:list[0].name::varchar.');
  },
  // The translator would write `<> ALL (…)`, which Spark does not read.
  in: (body) =>
    body['not'] === true && isSaid(body['query'])
      ? { not: { this: { paren: { this: { in: { ...body, not: false } }, trailing_comments: [] } } } }
      : undefined,
  like: (body) => shapeLikeAny('like', body),
  i_like: (body) => shapeLikeAny('i_like', body),
  // Backslashes mean themselves there, and are escapes in what Spark reads.
  literal: (body) => (body['literal_type'] === 'dollar_string' ? text(String(body['value'])) : undefined),
  regexp_like: (body) => (isSaid(body['flags']) ? undefined : call('SNOWMELT_MATCHES', body['this'], body['pattern'])),
  within_group: shapeWithinGroup,
  list_agg: () => {
    throw new UntranslatableError(
      'LISTAGG without WITHIN GROUP may give another order in every run.',
      'Add WITHIN GROUP (ORDER BY …).',
      'listagg',
    );
  },
  window_function: needFrame,
};

const isSaid = (value: unknown): boolean => value !== null && value !== undefined;

// `a LIKE ANY (b, c)` → `(a LIKE b OR a LIKE c)`
function shapeLikeAny(key: string, body: SyntaxNode): SyntaxNode | undefined {
  const right = isNode(body['right']) ? (body['right']['tuple'] ?? body['right']['paren']) : undefined;
  if (!isSaid(body['quantifier'])) return undefined;
  // The parser takes a name behind the list for a part of it.
  if (!isNode(right))
    throw new UntranslatableError(
      'The list of a LIKE ANY or LIKE ALL cannot be told from what follows.',
      'Put brackets around all of it.',
      'like',
    );
  const patterns: unknown[] = Array.isArray(right['expressions']) ? right['expressions'] : [right['this']];
  const isAny = body['quantifier'] === 'ANY';
  const each = patterns.map((pattern): SyntaxNode => ({ [key]: { ...body, right: pattern, quantifier: null } }));
  const whole = each.reduce((left, one) => ({
    [isAny ? 'or' : 'and']: { left, right: one, left_comments: [], operator_comments: [], trailing_comments: [] },
  }));
  return { paren: { this: whole, trailing_comments: [] } };
}

function divide(body: SyntaxNode, { kind }: ShapeContext): SyntaxNode | undefined {
  if (kind(body['left']) !== 'float' && kind(body['right']) !== 'float') {
    throw new UntranslatableError(
      '`/` of two NUMBERs has six more decimals in Snowflake, which no engine computes in that way.',
      'Make one of them a FLOAT and round the quotient: round(a::float / b, 4)::number(18, 4).',
      '/',
    );
  }
  return { div: { ...body, right: divisor(body['right']) } };
}

// A number that is written there, or what NULLIF has kept from zero, needs no care.
function divisor(value: unknown): unknown {
  const literal = isNode(value) && isNode(value['literal']) ? value['literal'] : undefined;
  return literal?.['literal_type'] === 'number' && Number(literal['value']) !== 0 ? value : call('SNOWMELT_DIVISOR', value);
}

function subtract(body: SyntaxNode, context: ShapeContext): SyntaxNode | undefined {
  const areDates = context.kind(body['left']) === 'date' && context.kind(body['right']) === 'date';
  return areDates ? call('SNOWMELT_DAYS', body['right'], body['left']) : addInterval('sub', body, context);
}

// A DATE and whole days are a DATE.
function addInterval(key: string, body: SyntaxNode, { kind }: ShapeContext): SyntaxNode | undefined {
  const interval = isNode(body['right']) && isNode(body['right']['interval']) ? body['right']['interval'] : undefined;
  if (interval === undefined || kind(body['left']) !== 'date') return undefined;
  const units = JSON.stringify(interval).match(/\b[a-z]+\b/gi) ?? [];
  const isPartOfDay = units.some((unit) => /^(hour|minute|second|milli|micro|nano)/.test(readUnit(unit) ?? ''));
  return isPartOfDay ? undefined : call('SNOWMELT_DAY', { [key]: body });
}

const TIMESTAMP = { data_type: 'timestamp', precision: null, timezone: false };
const INTEGERS = /^(int|integer|big_int|small_int|tiny_int|byteint)$/;

function shapeCast(key: 'cast' | 'try_cast', body: SyntaxNode, { kind }: ShapeContext): SyntaxNode | undefined {
  const to = isNode(body['to']) ? body['to'] : {};
  const type = String(to['data_type']);
  const value = body['this'];
  const path = isNode(value) && isNode(value['j_s_o_n_extract']) ? value['j_s_o_n_extract'] : undefined;
  if (path !== undefined)
    return shapeCast(key, { ...body, this: readPath(path) }, { kind: () => 'text' }) ?? castOf(key, readPath(path), body['to'], body);
  const name = String(to['name'] ?? '').toUpperCase();
  if (/^(TIMESTAMP_?NTZ|DATETIME)/.test(name)) return castOf(key, value, TIMESTAMP, body);
  if (type === 'time') throw new UntranslatableError('Spark has no type for times.', 'Keep the text, or the whole timestamp.', 'time');
  if (/^(var_char|text|char|string)$/.test(type) && kind(value) === 'float') {
    throw new UntranslatableError(
      'Engines write FLOATs as different texts.',
      'Say how many decimals there are: x::number(18, 4)::varchar.',
    );
  }
  if (INTEGERS.test(type))
    return castOf(
      key,
      castOf(key, halves(value, '0', kind(value)), decimal('38', '0'), body),
      { data_type: 'big_int', length: null },
      body,
    );
  const digits = /^(?:NUMBER|DECIMAL|NUMERIC)(?:\((\d+)(?:, *(\d+))?\))?$/.exec(type === 'custom' ? name : '');
  if (digits === null && type !== 'decimal') return undefined;
  const scale = type === 'decimal' ? String(to['scale'] ?? 0) : (digits?.[2] ?? '0');
  const precision = type === 'decimal' ? String(to['precision'] ?? 38) : (digits?.[1] ?? '38');
  if (kind(value) !== 'float' && (type === 'decimal' ? to['precision'] !== null : digits?.[1] !== undefined)) return undefined;
  return castOf(key, halves(value, scale, kind(value)), decimal(precision, scale), body);
}

function halves(value: unknown, scale: string, kind: string | undefined): unknown {
  return kind === 'float' ? call('SNOWMELT_HALVES', value, number(scale)) : value;
}

function castOf(key: string, value: unknown, to: unknown, like: SyntaxNode): SyntaxNode {
  return { [key]: { ...like, this: value, to, double_colon_syntax: false } };
}

const decimal = (precision: string, scale: string) => ({ data_type: 'decimal', precision: Number(precision), scale: Number(scale) });

// `v:a.b[0]` → the text at `$.a.b[0]`
function readPath(path: SyntaxNode): SyntaxNode {
  const literal = isNode(path['expression']) && isNode(path['expression']['literal']) ? path['expression']['literal'] : {};
  const steps = String(literal['value'] ?? '');
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[\d+\])*$/.test(steps)) {
    throw new UntranslatableError(
      `The path \`${steps}\` into a VARIANT is not translated faithfully.`,
      'Use names of letters, digits and _, and positions.',
    );
  }
  return call('SNOWMELT_JSON', path['this'], text(`$.${steps}`));
}

function shapeWithinGroup(body: SyntaxNode): SyntaxNode | undefined {
  const inner = isNode(body['this']) ? body['this'] : {};
  const orders: unknown[] = Array.isArray(body['order_by']) ? body['order_by'] : [];
  const [order] = orders;
  if (!isNode(order) || orders.length !== 1) {
    throw new UntranslatableError(
      'WITHIN GROUP must have one expression to order by.',
      'Order by one expression that has no ties.',
      'within',
    );
  }
  const isDescending = order['desc'] === true;
  const { list_agg: list, aggregate_function: aggregate } = inner;
  if (isNode(list)) return shapeListagg(list, order, isDescending);
  const [share]: unknown[] = isNode(aggregate) && Array.isArray(aggregate['args']) ? aggregate['args'] : [];
  if (!isNode(aggregate) || String(aggregate['name']).toLowerCase() !== 'percentile_cont' || isDescending) {
    throw new UntranslatableError('Only LISTAGG and an ascending PERCENTILE_CONT can have WITHIN GROUP.', 'Use one of them.', 'within');
  }
  return call('SNOWMELT_PERCENTILE', order['this'], share);
}

function shapeListagg(list: SyntaxNode, order: SyntaxNode, isDescending: boolean): SyntaxNode {
  const separator = isSaid(list['separator']) ? list['separator'] : text('');
  if (list['distinct'] !== true) return call(isDescending ? 'SNOWMELT_LIST_DESC' : 'SNOWMELT_LIST', list['this'], separator, order['this']);
  if (isDescending || plain(order['this']) !== plain(list['this'])) {
    throw new UntranslatableError(
      'LISTAGG(DISTINCT x) must be ordered by x, ascending.',
      'Order by x, or make the rows distinct before.',
      'listagg',
    );
  }
  return call('SNOWMELT_LIST_DISTINCT', list['this'], separator);
}

const plain = (node: unknown): string => JSON.stringify(node, (key, value: unknown) => (key === 'span' ? undefined : value));

function needFrame(body: SyntaxNode): undefined {
  const inner = isNode(body['this']) ? body['this'] : {};
  const over = isNode(body['over']) ? body['over'] : {};
  if (!('last_value' in inner || 'nth_value' in inner) || isSaid(over['frame'])) return undefined;
  throw new UntranslatableError(
    'LAST_VALUE without a frame looks at the whole window in Snowflake, and only up to this row elsewhere.',
    'Add ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING.',
    'last_value',
  );
}
