import { unsupported } from '../errors/snowflake-error.ts';
import { nameOfExpression } from './column-name.ts';
import { identifierName, quoteName } from './identifiers.ts';
import { printOrder } from './order.ts';
import { printExpression } from './print-expression.ts';
import type { Printer, Printers } from './printer.ts';
import { printJoin, printRelation } from './relations.ts';
import { type Scope, withCte } from './scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from './tree.ts';
import { printWindow } from './windows.ts';

/** Queries, also where they stand inside an expression. */
export const queries: Printers = {
  select: printSelect,
  union: setOperation('UNION'),
  intersect: setOperation('INTERSECT'),
  except: setOperation('EXCEPT'),
  subquery: (fields, scope) => {
    allowOnly('subquery', fields, ['this', 'order_by', 'limit', 'offset']);
    return `(${printExpression(fields['this'], scope)}${printTail(fields, scope)})`;
  },
};

const CLAUSES = [
  'expressions',
  'from',
  'joins',
  'where_clause',
  'group_by',
  'having',
  'qualify',
  'order_by',
  'limit',
  'offset',
  'fetch',
  'distinct',
  'top',
  'with',
  'windows',
];

function printSelect(...[fields, outer]: Parameters<Printer>): string {
  allowOnly('SELECT', fields, CLAUSES);
  const { text, scope } = printWith(fields['with'], outer);
  const clause = (name: string, word: string): string =>
    isPresent(fields[name]) ? ` ${word} ${printExpression(fieldsOf(fields[name])['this'], scope)}` : '';
  const items = listOf(fields['expressions']).map((item) => printItem(item, scope));
  return [
    `${text}SELECT ${fields['distinct'] === true ? 'DISTINCT ' : ''}${items.join(', ')}`,
    printFrom(fields, scope),
    clause('where_clause', 'WHERE'),
    printGroup(fields['group_by'], scope),
    clause('having', 'HAVING'),
    printWindows(fields['windows'], scope),
    clause('qualify', 'QUALIFY'),
    printTail(fields, scope),
  ].join('');
}

/** Writes `WITH …`, and gives the scope of what follows. A name is visible to the ones after it; RECURSIVE makes it visible to itself. */
function printWith(value: unknown, outer: Scope): { readonly text: string; readonly scope: Scope } {
  if (!isPresent(value)) return { text: '', scope: outer };
  const fields = fieldsOf(value);
  allowOnly('WITH', fields, ['ctes', 'recursive']);
  let scope = outer;
  const parts: string[] = [];
  for (const cte of listOf(fields['ctes']).map(fieldsOf)) {
    allowOnly('WITH', cte, ['alias', 'this', 'columns']);
    const name = identifierName(cte['alias']);
    const inner = fields['recursive'] === true ? withCte(scope, name) : scope;
    const columns = listOf(cte['columns']).map((column) => quoteName(identifierName(column)));
    parts.push(`${quoteName(name)}${columns.length === 0 ? '' : `(${columns.join(', ')})`} AS (${printExpression(cte['this'], inner)})`);
    scope = withCte(scope, name);
  }
  return { text: `WITH ${fields['recursive'] === true ? 'RECURSIVE ' : ''}${parts.join(', ')} `, scope };
}

function printItem(item: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(item);
  if (kind === 'star') return printStar(fields);
  if (kind === 'alias') {
    allowOnly('alias', fields, ['this', 'alias']);
    return `${printExpression(fields['this'], scope)} AS ${quoteName(identifierName(fields['alias']))}`;
  }
  // A column names itself.
  if (kind === 'column' || kind === 'dot') return printExpression(item, scope);
  return `${printExpression(item, scope)} AS ${quoteName(nameOfExpression(item))}`;
}

function printStar(fields: Fields): string {
  allowOnly('*', fields, ['table', 'except', 'rename']);
  const owner = isPresent(fields['table']) ? `${quoteName(identifierName(fields['table']))}.` : '';
  const without = listOf(fields['except']).map((name) => quoteName(identifierName(name)));
  const renamed = listOf(fields['rename']).map((pair) =>
    listOf(pair)
      .map((name) => quoteName(identifierName(name)))
      .join(' AS '),
  );
  return [
    `${owner}*`,
    without.length === 0 ? '' : ` EXCLUDE (${without.join(', ')})`,
    renamed.length === 0 ? '' : ` RENAME (${renamed.join(', ')})`,
  ].join('');
}

function printFrom(fields: Fields, scope: Scope): string {
  const relations = listOf(fieldsOf(fields['from'])['expressions']).map((relation) => printRelation(relation, scope));
  if (relations.length === 0) return '';
  const joins = listOf(fields['joins']).map((join) => printJoin(fieldsOf(join), scope));
  return ` FROM ${relations.join(', ')}${joins.join('')}`;
}

function printGroup(value: unknown, scope: Scope): string {
  if (!isPresent(value)) return '';
  const fields = fieldsOf(value);
  allowOnly('GROUP BY', fields, ['expressions', 'all']);
  if (fields['all'] === true) return ' GROUP BY ALL';
  return ` GROUP BY ${listOf(fields['expressions'])
    .map((item) => printGroupItem(item, scope))
    .join(', ')}`;
}

function printGroupItem(item: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(item);
  const name = String(fields['name']).toUpperCase();
  if (kind !== 'function' || !['CUBE', 'ROLLUP', 'GROUPING SETS'].includes(name)) return printExpression(item, scope);
  return `${name} (${listOf(fields['args'])
    .map((arg) => printExpression(arg, scope))
    .join(', ')})`;
}

function printWindows(value: unknown, scope: Scope): string {
  const list = listOf(value).map(fieldsOf);
  if (list.length === 0) return '';
  return ` WINDOW ${list.map(({ name, spec }) => `${quoteName(identifierName(name))} AS (${printWindow(fieldsOf(spec), scope)})`).join(', ')}`;
}

function setOperation(word: string): Printer {
  return (fields, outer, kind) => {
    allowOnly(kind, fields, ['left', 'right', 'all', 'distinct', 'with', 'order_by', 'limit', 'offset']);
    const { text, scope } = printWith(fields['with'], outer);
    const side = (name: string): string => printSide(fields[name], scope);
    return `${text}${side('left')} ${word}${fields['all'] === true ? ' ALL' : ''} ${side('right')}${printTail(fields, scope)}`;
  };
}

// The tree says how the sides belong together; the parentheses keep it.
function printSide(side: unknown, scope: Scope): string {
  const text = printExpression(side, scope);
  return nodeOf(side).kind === 'subquery' ? text : `(${text})`;
}

function printTail(fields: Fields, scope: Scope): string {
  const order = printOrder(listOf(fieldsOf(fields['order_by'])['expressions']), scope);
  return `${order}${printLimit(fields, scope)}`;
}

function printLimit(fields: Fields, scope: Scope): string {
  const { count } = fieldsOf(fields['fetch']);
  const limits = [fields['limit'], fields['top'], count].filter(isPresent);
  if (limits.length > 1) throw unsupported('LIMIT with TOP or FETCH');
  const size = (value: unknown): string => {
    const wrapped = fieldsOf(value);
    return printExpression(isPresent(wrapped['this']) ? wrapped['this'] : value, scope);
  };
  const offset = isPresent(fields['offset']) ? ` OFFSET ${size(fields['offset'])}` : '';
  return limits.length === 0 ? offset : ` LIMIT ${size(limits[0])}${offset}`;
}
