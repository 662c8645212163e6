import { unsupported } from '../errors/snowflake-error.ts';
import { macro } from './macro-call.ts';
import { printExpression } from './print-expression.ts';
import type { Printer, Printers } from './printer.ts';
import type { Scope } from './scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from './tree.ts';

/** Arithmetic, comparison and logic. */
export const operators: Printers = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: binary((left, right) => macro('divide', left, right)),
  mod: binary((left, right) => macro('modulo', left, right)),
  concat: (fields, scope, kind) => {
    allowOnly(kind, fields, ['left', 'right']);
    return `(${printText(fields['left'], scope)} || ${printText(fields['right'], scope)})`;
  },
  and: infix('AND'),
  or: infix('OR'),
  eq: comparison('='),
  neq: comparison('<>'),
  lt: comparison('<'),
  lte: comparison('<='),
  gt: comparison('>'),
  gte: comparison('>='),
  null_safe_eq: infix('IS NOT DISTINCT FROM'),
  null_safe_neq: infix('IS DISTINCT FROM'),
  like: printLike('LIKE'),
  i_like: printLike('ILIKE'),
  not: prefix('NOT'),
  neg: prefix('-'),
  is_null: postfix('NULL'),
  is_true: postfix('TRUE'),
  is_false: postfix('FALSE'),
  paren: ({ this: inner }, scope) => `(${printExpression(inner, scope)})`,
  between: (fields, scope) => {
    allowOnly('between', fields, ['this', 'low', 'high', 'not']);
    const [value, low, high] = ['this', 'low', 'high'].map((name) => printExpression(fields[name], scope));
    return `(${value} ${not(fields)}BETWEEN ${low} AND ${high})`;
  },
  in: (fields, scope) => {
    allowOnly('in', fields, ['this', 'expressions', 'query', 'not']);
    const list = isPresent(fields['query'])
      ? printExpression(fields['query'], scope)
      : listOf(fields['expressions'])
          .map((item) => printExpression(item, scope))
          .join(', ');
    return `(${printExpression(fields['this'], scope)} ${not(fields)}IN (${list}))`;
  },
  exists: (fields, scope) => `(${not(fields)}EXISTS (${printExpression(fields['this'], scope)}))`,
  tuple: ({ expressions }, scope) =>
    `(${listOf(expressions)
      .map((item) => printExpression(item, scope))
      .join(', ')})`,
  case: printCase,
};

// The macro repeats its argument, so a chain of them would grow with a power of its length.
function printText(side: unknown, scope: Scope): string {
  const text = printExpression(side, scope);
  return nodeOf(side).kind === 'concat' ? text : macro('to_text', text);
}

function binary(write: (left: string, right: string) => string): Printer {
  return (fields, scope, kind) => {
    allowOnly(kind, fields, ['left', 'right']);
    return write(printExpression(fields['left'], scope), printExpression(fields['right'], scope));
  };
}

function infix(operator: string): Printer {
  return binary((left, right) => `(${left} ${operator} ${right})`);
}

// DuckDB would compare a VARIANT's member as JSON text.
function comparison(operator: string): Printer {
  const print = infix(operator);
  return (fields, scope, kind) => {
    for (const side of [fields['left'], fields['right']]) {
      if (['j_s_o_n_extract', 'subscript'].includes(nodeOf(side).kind)) throw unsupported('comparing a member of a VARIANT without a cast');
    }
    return print(fields, scope, kind);
  };
}

function prefix(operator: string): Printer {
  return ({ this: operand }, scope) => `(${operator} ${printExpression(operand, scope)})`;
}

function postfix(word: string): Printer {
  return (fields, scope) => `(${printExpression(fields['this'], scope)} IS ${not(fields)}${word})`;
}

function not(fields: Fields): string {
  return fields['not'] === true ? 'NOT ' : '';
}

function printLike(operator: string): Printer {
  return (fields, scope, kind) => {
    allowOnly(kind, fields, ['left', 'right', 'escape', 'quantifier']);
    const left = printExpression(fields['left'], scope);
    const escapedBy = isPresent(fields['escape']) ? ` ESCAPE ${printExpression(fields['escape'], scope)}` : '';
    const one = (pattern: unknown): string => `${left} ${operator} ${printExpression(pattern, scope)}${escapedBy}`;
    if (!isPresent(fields['quantifier'])) return `(${one(fields['right'])})`;
    const patterns = listOf(fieldsOf(fieldsOf(fields['right'])['tuple'])['expressions']);
    const glue = { ANY: ' OR ', ALL: ' AND ' }[String(fields['quantifier'])];
    if (patterns.length === 0 || glue === undefined) throw unsupported('this LIKE');
    return `(${patterns.map(one).join(glue)})`;
  };
}

const printCaseParts: Printer = (fields, scope) => {
  const whens = listOf(fields['whens']).map((pair) => {
    const [when, then] = listOf(pair).map((part) => printExpression(part, scope));
    return ` WHEN ${when} THEN ${then}`;
  });
  const otherwise = isPresent(fields['else_']) ? ` ELSE ${printExpression(fields['else_'], scope)}` : '';
  return `${whens.join('')}${otherwise}`;
};

function printCase(...[fields, scope, kind]: Parameters<Printer>): string {
  allowOnly('case', fields, ['operand', 'whens', 'else_']);
  const operand = isPresent(fields['operand']) ? ` ${printExpression(fields['operand'], scope)}` : '';
  return `CASE${operand}${printCaseParts(fields, scope, kind)} END`;
}
