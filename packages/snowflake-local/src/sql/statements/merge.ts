import { unsupported } from '../../errors/snowflake-error.ts';
import { identifierName, quoteName } from '../identifiers.ts';
import { printExpression } from '../print-expression.ts';
import { printRelation, printTarget } from '../relations.ts';
import { resolveTable, type Scope } from '../scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from '../tree.ts';
import type { TranslatedChange } from './translated.ts';

/** Translates MERGE. DuckDB tells for each row what it did with it. */
export function translateMerge(fields: Fields, scope: Scope): TranslatedChange {
  allowOnly('MERGE', fields, ['this', 'using', 'on', 'whens']);
  const { kind, fields: target } = nodeOf(fields['this']);
  if (kind !== 'table') throw unsupported('this MERGE target');
  const whens = listOf(fieldsOf(fieldsOf(fields['whens'])['whens'])['expressions']).map((when) => printWhen(when, scope));
  const sql = [
    `MERGE INTO ${printTarget(target, scope)}`,
    ` USING ${printRelation(fields['using'], scope)}`,
    ` ON ${printExpression(fields['on'], scope)}`,
    whens.join(''),
    ' RETURNING merge_action',
  ];
  return {
    kind: 'change',
    action: 'merge',
    sql: sql.join(''),
    tables: scope.tables,
    past: scope.past,
    target: resolveTable(target, scope),
  };
}

function printWhen(node: unknown, scope: Scope): string {
  const { fields } = nodeOf(node);
  allowOnly('MERGE', fields, ['matched', 'condition', 'then']);
  const matched = fieldsOf(fieldsOf(fields['matched'])['boolean'])['value'] === true;
  const condition = isPresent(fields['condition']) ? ` AND ${printExpression(fields['condition'], scope)}` : '';
  return ` WHEN ${matched ? 'MATCHED' : 'NOT MATCHED'}${condition} THEN ${printAction(fields['then'], scope)}`;
}

function printAction(node: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(node);
  if (kind === 'var' && String(fields['this']).toUpperCase() === 'DELETE') return 'DELETE';
  const [verb, ...parts] = listOf(fields['expressions']);
  const word = verb === undefined ? '' : String(nodeOf(verb).fields['this']).toUpperCase();
  const lists = parts.map((part) => listOf(nodeOf(part).fields['expressions']));
  if (word === 'UPDATE' && lists.length === 1)
    return `UPDATE SET ${(lists[0] ?? []).map((pair) => printAssignment(pair, scope)).join(', ')}`;
  const values = lists.at(-1);
  if (word !== 'INSERT' || values === undefined || lists.length > 2) throw unsupported('this MERGE action');
  const columns = lists.length === 2 ? ` (${(lists[0] ?? []).map(columnName).join(', ')})` : '';
  return `INSERT${columns} VALUES (${values.map((value) => printExpression(value, scope)).join(', ')})`;
}

function printAssignment(node: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(node);
  if (kind !== 'eq') throw unsupported('this MERGE update');
  return `${columnName(fields['left'])} = ${printExpression(fields['right'], scope)}`;
}

function columnName(node: unknown): string {
  const { kind, fields } = nodeOf(node);
  if (kind !== 'identifier' && kind !== 'column') throw unsupported('this MERGE column');
  return quoteName(identifierName(kind === 'identifier' ? fields : fields['name']));
}
