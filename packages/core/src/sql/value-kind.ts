import type { Column, ColumnType } from './column-type.ts';
import { isNode, readIdentifier, walkTree } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';

/** What kind of value an expression gives, as far as Snowflake's rules depend on it. */
export type ValueKind = 'number' | 'float' | 'text' | 'date' | 'timestamp' | 'time' | 'boolean' | 'json' | 'binary';

/** The kinds of names: of a name that means several things, none. */
export type KindsOfNames = ReadonlyMap<string, ValueKind | undefined>;

/** The kinds of the lake's columns. */
const OF_TYPES: Readonly<Record<ColumnType['kind'], ValueKind>> = {
  boolean: 'boolean',
  bigint: 'number',
  decimal: 'number',
  double: 'float',
  varchar: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  binary: 'binary',
  json: 'json',
};

/** What the names of a query mean: columns of what it reads, and the names that it gives itself. */
export function kindsOfNames(tree: unknown, columns: readonly Column[], resultOf: ResultOf): KindsOfNames {
  const kinds = new Map<string, ValueKind | undefined>();
  const learn = (name: string, kind: ValueKind | undefined): void => {
    kinds.set(name, kinds.has(name) && kinds.get(name) !== kind ? undefined : kind);
  };
  for (const { name, type } of columns) learn(name, OF_TYPES[type.kind]);
  const given: { readonly name: string; readonly value: unknown }[] = [];
  walkTree({ tree }, (key, node) => {
    const name = key === 'alias' ? readIdentifier(node['alias'])?.name : undefined;
    if (name !== undefined) given.push({ name: name.toLowerCase(), value: node['this'] });
  });
  for (const { name, value } of given) {
    // `a.x AS x` says nothing new of `x`.
    const isItself = isNode(value) && isNode(value['column']) && readIdentifier(value['column']['name'])?.name.toLowerCase() === name;
    if (!isItself) learn(name, kindOf(value, kinds, resultOf));
  }
  return kinds;
}

/** The kind that a function gives, from those of its arguments. */
export type ResultOf = (name: string, kinds: readonly (ValueKind | undefined)[], args: readonly unknown[]) => ValueKind | undefined;

const COMPARISONS = 'eq neq lt lte gt gte and or not like i_like regexp_like is_null between in exists is_true is_false'.split(' ');

/** The kind of an expression; undefined where it cannot be told. */
export function kindOf(expression: unknown, kinds: KindsOfNames, resultOf: ResultOf): ValueKind | undefined {
  if (!isNode(expression)) return undefined;
  const [[key, body] = ['', undefined]] = Object.entries(expression);
  if (!isNode(body)) return undefined;
  const inner = (value: unknown): ValueKind | undefined => kindOf(value, kinds, resultOf);
  if (COMPARISONS.includes(key) || key === 'boolean') return 'boolean';
  switch (key) {
    case 'column':
      return kinds.get(readIdentifier(body['name'])?.name.toLowerCase() ?? '');
    case 'literal':
      return kindOfLiteral(body);
    case 'cast':
    case 'try_cast':
      return isNode(body['to']) ? kindOfCast(body['to']) : undefined;
    case 'paren':
    case 'neg':
    case 'window_function':
    case 'max':
    case 'min':
    case 'any_value':
    case 'first_value':
    case 'last_value':
    case 'lag':
    case 'lead':
    case 'sum':
    case 'abs':
      return inner(body['this']);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'mod':
      return kindOfArithmetic(key, inner(body['left']), inner(body['right']), body);
    case 'count':
    case 'row_number':
    case 'rank':
    case 'dense_rank':
    case 'n_tile':
    case 'length':
      return 'number';
    case 'concat':
      return 'text';
    case 'coalesce':
      return agreed((Array.isArray(body['expressions']) ? body['expressions'] : []).map(inner));
    case 'null_if':
      return inner(body['this']);
    case 'case':
      return agreed([...whens(body).map(inner), ...(isNode(body['else_']) ? [inner(body['else_'])] : [])]);
    case 'if_func':
      return agreed([body['true_value'], body['false_value']].filter(isSaid).map(inner));
    case 'subquery':
      return kindOfQuery(body['this'], inner);
    case 'function':
    case 'aggregate_function':
      return typeof body['name'] === 'string' ? resultOf(body['name'], argsOf(body).map(inner), argsOf(body)) : undefined;
    default:
      return undefined;
  }
}

const isSaid = (value: unknown): boolean => isNode(value) && !('null' in value);

const argsOf = (body: SyntaxNode): readonly unknown[] => (Array.isArray(body['args']) ? body['args'] : []);

function kindOfQuery(query: unknown, inner: (value: unknown) => ValueKind | undefined): ValueKind | undefined {
  const select = isNode(query) && isNode(query['select']) ? query['select'] : undefined;
  const [first] = Array.isArray(select?.['expressions']) ? select['expressions'] : [];
  const value: unknown = isNode(first) && isNode(first['alias']) ? first['alias']['this'] : first;
  return inner(value);
}

function whens(body: SyntaxNode): unknown[] {
  const pairs: unknown[] = Array.isArray(body['whens']) ? body['whens'] : [];
  return pairs.flatMap((pair): unknown[] => (Array.isArray(pair) && isSaid(pair[1]) ? [pair[1]] : []));
}

// Values that are NULL say nothing; of all others the kinds must agree, but a number with a float is a float.
function agreed(kinds: readonly (ValueKind | undefined)[]): ValueKind | undefined {
  const [first] = kinds;
  if (kinds.every((kind) => kind === first)) return first;
  return kinds.every((kind) => kind === 'number' || kind === 'float') ? 'float' : undefined;
}

function kindOfArithmetic(key: string, left: ValueKind | undefined, right: ValueKind | undefined, body: SyntaxNode): ValueKind | undefined {
  if (left === 'date' && key === 'sub' && right === 'date') return 'number';
  if (left === 'date' || left === 'timestamp') return isInterval(body['right']) || right === 'number' ? left : undefined;
  if (left === 'float' || right === 'float') return 'float';
  return left === 'number' && right === 'number' ? 'number' : undefined;
}

const isInterval = (value: unknown): boolean => isNode(value) && 'interval' in value;

function kindOfLiteral({ literal_type: type, value }: SyntaxNode): ValueKind | undefined {
  if (type === 'number') return /e/i.test(String(value)) ? 'float' : 'number';
  if (type === 'date' || type === 'timestamp' || type === 'time') return type;
  return 'text';
}

const OF_NAMES: Readonly<Record<string, ValueKind>> = {
  ...Object.fromEntries('int integer big_int small_int tiny_int decimal numeric number byteint'.split(' ').map((name) => [name, 'number'])),
  ...Object.fromEntries('float double real'.split(' ').map((name) => [name, 'float'])),
  ...Object.fromEntries('text var_char varchar char string'.split(' ').map((name) => [name, 'text'])),
  ...Object.fromEntries('timestamp timestamp_ntz datetime'.split(' ').map((name) => [name, 'timestamp'])),
  ...Object.fromEntries('variant object array json'.split(' ').map((name) => [name, 'json'])),
  date: 'date',
  time: 'time',
  boolean: 'boolean',
  binary: 'binary',
};

function kindOfCast({ data_type: type, name }: SyntaxNode): ValueKind | undefined {
  const spelt = String(type === 'custom' ? name : type).toLowerCase();
  return OF_NAMES[spelt.replace(/\(.*$/, '').trim()];
}
