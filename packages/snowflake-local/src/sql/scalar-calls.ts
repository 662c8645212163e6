import { unsupported } from '../errors/snowflake-error.ts';
import { writeCall } from './functions/find-function.ts';
import { printExpression } from './print-expression.ts';
import type { Printer, Printers } from './printer.ts';
import type { Scope } from './scope.ts';
import { allowOnly, fieldsOf, isPresent, listOf } from './tree.ts';

// Functions that the parser knows by a kind of their own: their name in Snowflake, and where their arguments are.
const TYPED_CALLS: Readonly<Record<string, readonly [name: string, ...fields: readonly string[]]>> = {
  abs: ['ABS', 'this'],
  array_size: ['ARRAY_SIZE', 'this'],
  ceil: ['CEIL', 'this', 'decimals'],
  coalesce: ['COALESCE', 'expressions'],
  contains: ['CONTAINS', 'this', 'expression'],
  day: ['DAY', 'this'],
  day_of_month: ['DAYOFMONTH', 'this'],
  day_of_week: ['DAYOFWEEK', 'this'],
  day_of_week_iso: ['DAYOFWEEKISO', 'this'],
  day_of_year: ['DAYOFYEAR', 'this'],
  ends_with: ['ENDSWITH', 'this', 'expression'],
  exp: ['EXP', 'this'],
  floor: ['FLOOR', 'this', 'scale', 'to'],
  hour: ['HOUR', 'this'],
  if_func: ['IFF', 'condition', 'true_value', 'false_value'],
  j_s_o_n_extract: ['GET_PATH', 'this', 'expression'],
  last_day: ['LAST_DAY', 'this', 'unit'],
  length: ['LENGTH', 'this'],
  ln: ['LN', 'this'],
  log: ['LOG', 'base', 'this'],
  lower: ['LOWER', 'this'],
  minute: ['MINUTE', 'this'],
  mod_func: ['MOD', 'this', 'expression'],
  month: ['MONTH', 'this'],
  nvl: ['NVL', 'this', 'expression'],
  nvl2: ['NVL2', 'this', 'true_value', 'false_value'],
  parse_json: ['PARSE_JSON', 'this'],
  power: ['POWER', 'this', 'expression'],
  quarter: ['QUARTER', 'this'],
  regexp_like: ['REGEXP_LIKE', 'this', 'pattern', 'flags'],
  second: ['SECOND', 'this'],
  sqrt: ['SQRT', 'this'],
  starts_with: ['STARTSWITH', 'this', 'expression'],
  str_position: ['POSITION', 'substr', 'this', 'position'],
  subscript: ['GET', 'this', 'index'],
  substring: ['SUBSTR', 'this', 'start', 'length'],
  to_json: ['TO_JSON', 'this'],
  trim: ['TRIM', 'this', 'characters'],
  typeof: ['TYPEOF', 'this'],
  upper: ['UPPER', 'this'],
  week_of_year: ['WEEKOFYEAR', 'this'],
  year: ['YEAR', 'this'],
};

// They repeat what the kind says already.
const REDUNDANT = ['variant_extract', 'position_syntax', 'from_for_syntax', 'position'];

const SYNONYMS: Readonly<Record<string, string>> = {
  LEN: 'LENGTH',
  RLIKE: 'REGEXP_LIKE',
  SUBSTRING: 'SUBSTR',
  POW: 'POWER',
  CEILING: 'CEIL',
  BITXORAGG: 'BITXOR_AGG',
  BIT_XOR_AGG: 'BITXOR_AGG',
  MD5_HEX: 'MD5',
};

/** Calls of functions that give one value for each row. */
export const scalarCalls: Printers = {
  ...Object.fromEntries(Object.entries(TYPED_CALLS).map(([kind, call]) => [kind, typedCall(...call)])),
  function: (fields, scope) => {
    allowOnly('function', fields, ['name', 'args']);
    return printCall(String(fields['name']), listOf(fields['args']), scope);
  },
  date_diff: (fields, scope) => {
    const unit = { var: { this: String(fields['unit'] ?? 'day') } };
    return printCall('DATEDIFF', [unit, fields['expression'], fields['this']], scope);
  },
  extract: (fields, scope) => {
    const field = fields['field'];
    const part = typeof field === 'string' ? field : String(fieldsOf(field)['Custom']);
    return printCall('DATE_PART', [{ var: { this: part } }, fields['this']], scope);
  },
  to_number: (fields, scope) => {
    allowOnly('TO_NUMBER', fields, ['this', 'format', 'precision', 'scale', 'safe']);
    const args = [fields['this'], fields['format'], fields['precision'], fields['scale']].filter(isPresent);
    return printCall(isPresent(fields['safe']) ? 'TRY_TO_NUMBER' : 'TO_NUMBER', args, scope);
  },
};

function printCall(name: string, args: readonly unknown[], scope: Scope): string {
  const upper = name.toUpperCase();
  const call = { name: SYNONYMS[upper] ?? upper, args, session: scope.session, print: (node: unknown) => printExpression(node, scope) };
  return writeCall(call);
}

function typedCall(name: string, ...places: readonly string[]): Printer {
  return (fields, scope, kind) => {
    allowOnly(kind, fields, [...places, ...REDUNDANT]);
    if (kind === 'trim' && fields['position'] !== 'Both') throw unsupported('this TRIM');
    const args = places.flatMap((place) => (Array.isArray(fields[place]) ? listOf(fields[place]) : [fields[place]]));
    return printCall(name, args.filter(isPresent), scope);
  };
}
