import { unsupported } from '../errors/snowflake-error.ts';
import { isWindowable } from './aggregates.ts';
import { identifierName, quoteName } from './identifiers.ts';
import { printOrder } from './order.ts';
import { printExpression } from './print-expression.ts';
import type { Printers } from './printer.ts';
import type { Scope } from './scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from './tree.ts';

const RANKS = new Set(['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist']);
const NAVIGATION = new Set(['lag', 'lead']);
const FRAMED = new Set(['first_value', 'last_value', 'nth_value']);

/** Window functions. */
export const windows: Printers = {
  window_function: (fields, scope) => {
    allowOnly('window function', fields, ['this', 'over']);
    const { kind, fields: call } = nodeOf(fields['this']);
    const over = fieldsOf(fields['over']);
    if (isPresent(over['window_name'])) {
      if (FRAMED.has(kind)) throw unsupported(`${kind.toUpperCase()} over a named window`);
      return `${printWindowCall(kind, call, fields['this'], scope)} OVER ${quoteName(identifierName(over['window_name']))}`;
    }
    return `${printWindowCall(kind, call, fields['this'], scope)} OVER (${printWindow(over, scope, kind)})`;
  },
};

/** Writes what stands in the parentheses of OVER. */
export function printWindow(over: Fields, scope: Scope, kind = ''): string {
  allowOnly('OVER', over, ['partition_by', 'order_by', 'frame']);
  const partition = listOf(over['partition_by']).map((item) => printExpression(item, scope));
  const by = partition.length === 0 ? '' : `PARTITION BY ${partition.join(', ')}`;
  return `${by}${printOrder(listOf(over['order_by']), scope)}${printFrame(over['frame'], kind)}`;
}

function printWindowCall(kind: string, call: Fields, node: unknown, scope: Scope): string {
  if (RANKS.has(kind)) return `${kind}()`;
  if (isWindowable(kind)) return printExpression(node, scope);
  const argument = (name: string): string => (isPresent(call[name]) ? printExpression(call[name], scope) : '');
  const nulls = call['ignore_nulls'] === true ? ' IGNORE NULLS' : '';
  if (kind === 'n_tile') return `ntile(CAST(${argument('num_buckets')} AS BIGINT))`;
  if (kind === 'function' && String(call['name']).toUpperCase() === 'RATIO_TO_REPORT') throw unsupported('RATIO_TO_REPORT');
  if (!NAVIGATION.has(kind) && !FRAMED.has(kind)) throw unsupported(`${kind.replaceAll('_', ' ').toUpperCase()} as a window function`);
  allowOnly(kind, call, ['this', 'offset', 'default', 'ignore_nulls']);
  const args = [argument('this'), argument('offset'), argument('default')].filter((text) => text !== '');
  return `${kind}(${args.join(', ')}${nulls})`;
}

// Without a frame, FIRST_VALUE and its kin see the whole partition in Snowflake, and in DuckDB only what came before.
function printFrame(frame: unknown, kind: string): string {
  if (!isPresent(frame)) return FRAMED.has(kind) ? ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING' : '';
  const fields = fieldsOf(frame);
  allowOnly('window frame', fields, ['kind', 'start', 'end']);
  const unit = { Rows: 'ROWS', Range: 'RANGE' }[String(fields['kind'])];
  if (unit === undefined) throw unsupported('this window frame');
  const start = printBound(fields['start']);
  return isPresent(fields['end']) ? ` ${unit} BETWEEN ${start} AND ${printBound(fields['end'])}` : ` ${unit} ${start}`;
}

const BOUNDS: Readonly<Record<string, string>> = {
  CurrentRow: 'CURRENT ROW',
  UnboundedPreceding: 'UNBOUNDED PRECEDING',
  UnboundedFollowing: 'UNBOUNDED FOLLOWING',
};

const printBound = (bound: unknown): string => {
  const word = typeof bound === 'string' ? BOUNDS[bound] : undefined;
  if (word !== undefined) return word;
  const { kind, fields } = nodeOf(bound);
  const { literal } = fields;
  const size = String(fieldsOf(literal)['value']);
  const side = { Preceding: 'PRECEDING', Following: 'FOLLOWING' }[kind];
  if (side === undefined || !/^\d+$/.test(size)) throw unsupported('this window frame');
  return `${size} ${side}`;
};
