import { compilationError, unsupported } from '../errors/snowflake-error.ts';
import { printOrder } from './order.ts';
import { printExpression } from './print-expression.ts';
import type { Printer, Printers } from './printer.ts';
import type { Scope } from './scope.ts';
import { allowOnly, type Fields, isPresent, listOf, nodeOf } from './tree.ts';

/** Functions over many rows. */
export const aggregates: Printers = {
  any_value: plain('any_value'),
  approx_count_distinct: ({ this: value }, scope) => `count(DISTINCT ${printExpression(value, scope)})`,
  approx_distinct: ({ this: value }, scope) => `count(DISTINCT ${printExpression(value, scope)})`,
  array_agg: (fields, scope, kind) => collect(kind, fields, scope, ''),
  avg: plain('avg'),
  count: (fields, scope) => {
    allowOnly('count', fields, ['this', 'star', 'distinct']);
    if (fields['star'] === true) return 'count(*)';
    if (nodeOf(fields['this']).kind === 'tuple') throw unsupported('COUNT of several columns');
    return `count(${distinct(fields['distinct'])}${printExpression(fields['this'], scope)})`;
  },
  count_if: (fields, scope) => {
    allowOnly('COUNT_IF', fields, ['this', 'name']);
    return `count(CASE WHEN ${printExpression(fields['this'], scope)} THEN 1 END)`;
  },
  list_agg: (fields, scope, kind) => collect(kind, fields, scope, ''),
  max: plain('max'),
  median: plain('median'),
  min: plain('min'),
  mode: plain('mode'),
  stddev: plain('stddev_samp'),
  stddev_pop: plain('stddev_pop'),
  stddev_samp: plain('stddev_samp'),
  sum: plain('sum'),
  var_pop: plain('var_pop'),
  variance: plain('var_samp'),
  var_samp: plain('var_samp'),
  aggregate_function: (fields, scope) => {
    allowOnly('aggregate function', fields, ['name', 'args', 'distinct']);
    const name = String(fields['name']).toUpperCase();
    const duckdb = OTHERS[name];
    if (name === 'HASH_AGG') throw unsupported('HASH_AGG');
    if (duckdb === undefined) throw compilationError('002140', '42601', `Unknown function ${name}`);
    return `${duckdb}(${listOf(fields['args'])
      .map((arg) => printExpression(arg, scope))
      .join(', ')})`;
  },
  within_group: (fields, scope) => {
    allowOnly('WITHIN GROUP', fields, ['this', 'order_by']);
    const { kind, fields: aggregate } = nodeOf(fields['this']);
    const order = printOrder(listOf(fields['order_by']), scope);
    if (kind === 'list_agg' || kind === 'array_agg') return collect(kind, aggregate, scope, order);
    const name = String(aggregate['name']).toUpperCase();
    if (kind !== 'aggregate_function' || !['PERCENTILE_CONT', 'PERCENTILE_DISC'].includes(name)) throw unsupported(`${name} WITHIN GROUP`);
    const [share] = listOf(aggregate['args']).map((arg) => printExpression(arg, scope));
    return `${name.toLowerCase()}(${share}) WITHIN GROUP (${order.trim()})`;
  },
};

const OTHERS: Readonly<Record<string, string>> = {
  BOOLAND_AGG: 'bool_and',
  BOOLOR_AGG: 'bool_or',
  CORR: 'corr',
  COVAR_POP: 'covar_pop',
  COVAR_SAMP: 'covar_samp',
  KURTOSIS: 'kurtosis',
  MAX_BY: 'arg_max_null',
  MIN_BY: 'arg_min_null',
  SKEW: 'skewness',
};

function plain(name: string): Printer {
  return (fields, scope, kind) => {
    allowOnly(kind, fields, ['this', 'distinct', 'name']);
    return `${name}(${distinct(fields['distinct'])}${printExpression(fields['this'], scope)})`;
  };
}

// LISTAGG of nothing is an empty text, ARRAY_AGG of nothing an empty array; both skip NULL.
function collect(kind: string, fields: Fields, scope: Scope, order: string): string {
  allowOnly(kind, fields, ['this', 'separator', 'distinct', 'name']);
  const item = printExpression(fields['this'], scope);
  const value = `${distinct(fields['distinct'])}${item}`;
  if (kind === 'array_agg') return `to_json(coalesce(list(${value}${order}) FILTER (WHERE ${item} IS NOT NULL), []))`;
  const separator = isPresent(fields['separator']) ? printExpression(fields['separator'], scope) : "''";
  return `coalesce(string_agg(${value}, ${separator}${order}), '')`;
}

function distinct(flag: unknown): string {
  return flag === true ? 'DISTINCT ' : '';
}

/** Tells whether a kind of node is an aggregate. */
export function isAggregate(kind: string): boolean {
  return Object.hasOwn(aggregates, kind);
}

/** Tells whether a window may be put on a kind of node: those that print as one call of an aggregate. */
export function isWindowable(kind: string): boolean {
  return isAggregate(kind) && !['list_agg', 'array_agg', 'within_group'].includes(kind);
}
