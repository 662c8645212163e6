import { unsupported } from '../../errors/snowflake-error.ts';
import { identifierName, quoteName, quoteTable, type TableName } from '../identifiers.ts';
import { printExpression } from '../print-expression.ts';
import { printJoin, printRelation, printTarget } from '../relations.ts';
import { resolveTable, type Scope } from '../scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from '../tree.ts';
import type { TranslatedChange } from './translated.ts';

/** Translates INSERT. */
export function translateInsert(fields: Fields, scope: Scope): TranslatedChange {
  allowOnly('INSERT', fields, ['table', 'columns', 'values', 'query']);
  const target = fieldsOf(fields['table']);
  allowOnly('INSERT', target, ['name', 'schema', 'catalog']);
  const table = resolveTable(target, scope);
  scope.tables.push(table);
  const columns = listOf(fields['columns']).map((column) => quoteName(identifierName(column)));
  const list = columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  const source = isPresent(fields['query']) ? printExpression(fields['query'], scope) : printRows(listOf(fields['values']), scope);
  return {
    kind: 'change',
    action: 'insert',
    sql: `INSERT INTO ${quoteTable(table)}${list} ${source}`,
    tables: scope.tables,
    past: scope.past,
    target: table,
  };
}

function changedTable({ name, schema, catalog }: Fields, scope: Scope): TableName {
  return resolveTable({ name, schema, catalog }, scope);
}

function printRows(rows: readonly unknown[], scope: Scope): string {
  return `VALUES ${rows
    .map(
      (row) =>
        `(${listOf(row)
          .map((cell) => printCell(cell, scope))
          .join(', ')})`,
    )
    .join(', ')}`;
}

function printCell(cell: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(cell);
  return kind === 'var' && String(fields['this']).toUpperCase() === 'DEFAULT' ? 'DEFAULT' : printExpression(cell, scope);
}

/** Translates UPDATE. */
export function translateUpdate(fields: Fields, scope: Scope): TranslatedChange {
  allowOnly('UPDATE', fields, ['table', 'set', 'from_clause', 'from_joins', 'where_clause']);
  const target = printTarget(fieldsOf(fields['table']), scope);
  const set = listOf(fields['set']).map((pair) => {
    const [column, value] = listOf(pair);
    return `${printSetColumn(fieldsOf(column))} = ${printExpression(value, scope)}`;
  });
  const relations = listOf(fieldsOf(fields['from_clause'])['expressions']).map((relation) => printRelation(relation, scope));
  const joins = listOf(fields['from_joins']).map((join) => printJoin(fieldsOf(join), scope));
  const from = relations.length === 0 ? '' : ` FROM ${relations.join(', ')}${joins.join('')}`;
  return {
    kind: 'change',
    action: 'update',
    sql: `UPDATE ${target} SET ${set.join(', ')}${from}${printWhere(fields, scope)}`,
    tables: scope.tables,
    past: scope.past,
    target: changedTable(fieldsOf(fields['table']), scope),
  };
}

// `SET t.a = 1` arrives as the single name `t.a`.
function printSetColumn(column: Fields): string {
  if (column['quoted'] === true) return quoteName(String(column['name']));
  const name = String(column['name']).split('.').at(-1) ?? '';
  if (name.includes('"')) throw unsupported('a quoted column with its table in SET');
  return quoteName(name.toUpperCase());
}

/** Translates DELETE. */
export function translateDelete(fields: Fields, scope: Scope): TranslatedChange {
  allowOnly('DELETE', fields, ['table', 'alias', 'using', 'where_clause']);
  const target = printTarget({ ...fieldsOf(fields['table']), ...(isPresent(fields['alias']) ? { alias: fields['alias'] } : {}) }, scope);
  const using = listOf(fields['using']).map((table) => printRelation({ table }, scope));
  const from = using.length === 0 ? '' : ` USING ${using.join(', ')}`;
  return {
    kind: 'change',
    action: 'delete',
    sql: `DELETE FROM ${target}${from}${printWhere(fields, scope)}`,
    tables: scope.tables,
    past: scope.past,
    target: changedTable(fieldsOf(fields['table']), scope),
  };
}

/** Translates TRUNCATE. */
export function translateTruncate(fields: Fields, scope: Scope): TranslatedChange {
  allowOnly('TRUNCATE', fields, ['target', 'table']);
  const table = resolveTable(fieldsOf(fields['table']), scope);
  return { kind: 'change', action: 'truncate', sql: `DELETE FROM ${quoteTable(table)}`, tables: [table], past: [], target: table };
}

function printWhere(fields: Fields, scope: Scope): string {
  return isPresent(fields['where_clause']) ? ` WHERE ${printExpression(fieldsOf(fields['where_clause'])['this'], scope)}` : '';
}
