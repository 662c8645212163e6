import { unsupported } from '../errors/snowflake-error.ts';
import { identifierName, quoteName, quoteTable } from './identifiers.ts';
import { informationSchemaQuery, isInformationSchema } from './information-schema.ts';
import { printPastTable } from './past-tables.ts';
import { printExpression } from './print-expression.ts';
import { printResultScan } from './result-scans.ts';
import { isCte, resolveTable, type Scope } from './scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from './tree.ts';

/** Writes an item of FROM. @throws SnowflakeError for stages, table functions, FLATTEN and samples. */
export function printRelation(relation: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(relation);
  switch (kind) {
    case 'table':
      return printTableReference(fields, scope);
    case 'subquery':
      return printDerivedTable(fields, scope);
    case 'values':
      return `${printValues(fields, scope)}${printAlias(fields)}`;
    case 'alias':
      return `${printRelation(fields['this'], scope)} AS ${quoteName(identifierName(fields['alias']))}`;
    case 'function':
      return printResultScan(fields, scope);
    case 'paren':
      return printRelation(fields['this'], scope);
    default:
      throw unsupported(`${kind.replaceAll('_', ' ')} in FROM`);
  }
}

/** Writes a table that a statement changes. */
export function printTarget(fields: Fields, scope: Scope): string {
  allowOnly('table', fields, ['name', 'schema', 'catalog', 'alias']);
  const table = resolveTable(fields, scope);
  scope.tables.push(table);
  return `${quoteTable(table)}${isPresent(fields['alias']) ? printAlias(fields) : ` AS ${quoteName(table.name)}`}`;
}

function printTableReference(fields: Fields, scope: Scope): string {
  allowOnly('table', fields, ['name', 'schema', 'catalog', 'alias', 'column_aliases', 'when', 'changes']);
  if (isCte(fields, scope) && !isPresent(fields['when']) && !isPresent(fields['changes']))
    return `${quoteName(identifierName(fields['name']))}${printAlias(fields)}`;
  const table = resolveTable(fields, scope);
  // The alias keeps `T.column` meaning this table where the full name is three parts long.
  const alias = isPresent(fields['alias']) ? printAlias(fields) : ` AS ${quoteName(table.name)}`;
  if (isInformationSchema(table)) return `(${informationSchemaQuery(table)})${alias}`;
  scope.tables.push(table);
  return `${printPastTable(fields, table, scope) ?? quoteTable(table)}${alias}`;
}

function printDerivedTable(fields: Fields, scope: Scope): string {
  allowOnly('subquery', fields, ['this', 'alias', 'column_aliases']);
  const { kind, fields: inner } = nodeOf(fields['this']);
  const text = kind === 'values' ? printValues(inner, scope) : `(${printExpression(fields['this'], scope)})`;
  return `${text}${printAlias(fields)}`;
}

/** Writes `(VALUES …)`, whose columns Snowflake calls COLUMN1, COLUMN2 and so on. */
function printValues(fields: Fields, scope: Scope): string {
  const rows = listOf(fields['expressions']).map((row) => {
    const cells = listOf(fieldsOf(row)['expressions']).map((cell) => printExpression(cell, scope));
    return `(${cells.join(', ')})`;
  });
  const width = listOf(fieldsOf(listOf(fields['expressions'])[0])['expressions']).length;
  const names = Array.from({ length: width }, (_, at) => quoteName(`COLUMN${at + 1}`));
  return `(SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${names.join(', ')}))`;
}

function printAlias(fields: Fields): string {
  if (!isPresent(fields['alias'])) return '';
  const columns = listOf(fields['column_aliases']).map((name) => quoteName(identifierName(name)));
  return ` AS ${quoteName(identifierName(fields['alias']))}${columns.length === 0 ? '' : `(${columns.join(', ')})`}`;
}

const JOINS: Readonly<Record<string, string>> = {
  Inner: 'JOIN',
  Left: 'LEFT JOIN',
  Right: 'RIGHT JOIN',
  Full: 'FULL JOIN',
  Cross: 'CROSS JOIN',
  Natural: 'NATURAL JOIN',
};

/** Writes a JOIN. @throws SnowflakeError for ASOF and lateral joins. */
export function printJoin(fields: Fields, scope: Scope): string {
  allowOnly('JOIN', fields, ['this', 'on', 'using', 'kind']);
  const using = listOf(fields['using']).map((name) => quoteName(identifierName(name)));
  const on = isPresent(fields['on']) ? ` ON ${printExpression(fields['on'], scope)}` : '';
  const condition = using.length === 0 ? on : ` USING (${using.join(', ')})`;
  const kind = String(fields['kind']);
  const word = JOINS[kind === 'Inner' && condition === '' ? 'Cross' : kind];
  if (word === undefined) throw unsupported(`${kind} JOIN`);
  return ` ${word} ${printRelation(fields['this'], scope)}${condition}`;
}
