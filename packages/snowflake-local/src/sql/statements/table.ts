import { unsupported } from '../../errors/snowflake-error.ts';
import { typeComment } from '../column-comment.ts';
import { duckdbType } from '../duckdb-type.ts';
import { identifierName, quoteName, quoteTable, quoteText, type TableName } from '../identifiers.ts';
import { printExpression } from '../print-expression.ts';
import { resolveTable, type Scope } from '../scope.ts';
import { type SnowflakeType, typeOf } from '../snowflake-type.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from '../tree.ts';
import { readTableSettings } from './table-settings.ts';
import type { TranslatedDefinition } from './translated.ts';

/** A column of CREATE TABLE, for DuckDB. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: SnowflakeType;
  readonly sql: string;
  readonly comment: string;
}

const TABLE_PARTS = ['name', 'columns', 'constraints', 'if_not_exists', 'or_replace', 'table_modifier', 'as_select', 'properties'];

/** Translates CREATE TABLE, also AS SELECT. Keys are taken as Snowflake takes them: noted by people, not enforced. */
export function translateTable(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('CREATE TABLE', fields, TABLE_PARTS);
  const modifier = fields['table_modifier'];
  if (isPresent(modifier) && String(modifier).toUpperCase() !== 'TRANSIENT') throw unsupported(`${String(modifier)} TABLE`);
  const table = resolveTable(fieldsOf(fields['name']), scope);
  const keys = primaryKey(listOf(fields['constraints']));
  const columns = listOf(fields['columns']).map((column) => defineColumn(fieldsOf(column), scope, keys));
  const isReplaced = fields['or_replace'] === true;
  const create = `CREATE ${isReplaced ? 'OR REPLACE ' : ''}TABLE ${quoteTable(table)}`;
  return {
    kind: 'definition',
    object: { type: 'Table', name: table },
    mode: modeOf(fields),
    sql: isPresent(fields['as_select'])
      ? [createAs(create, columns, fields['as_select'], scope)]
      : [`${create} (${columns.map(({ sql }) => sql).join(', ')})`, ...columns.map((column) => commentOn(table, column))],
    tables: scope.tables,
    past: scope.past,
    settings: readTableSettings(listOf(fields['properties']).map(rawProperty)),
    message: `Table ${table.name} successfully created.`,
  };
}

function rawProperty(property: unknown): readonly [string, string] {
  const { kind, fields } = nodeOf(property);
  const [, name, value] = /^(\w+)\s*=\s*(\w+)$/.exec(String(fields['sql'])) ?? [];
  if (kind !== 'raw' || name === undefined || value === undefined) throw unsupported('this property of CREATE TABLE');
  return [name, value];
}

/** Writes the statement that keeps a column's exact Snowflake type, which DuckDB's own type cannot tell. */
export function commentOn(table: TableName, { name, type, comment }: ColumnDefinition): string {
  return `COMMENT ON COLUMN ${quoteTable(table)}.${quoteName(name)} IS ${quoteText(typeComment(type, comment))}`;
}

/** Translates a column definition. @throws SnowflakeError for identity columns, collations and computed defaults. */
export function defineColumn(fields: Fields, scope: Scope, keys: ReadonlySet<string>): ColumnDefinition {
  allowOnly('column', fields, ['name', 'data_type', 'nullable', 'default', 'primary_key', 'unique', 'constraints', 'comment']);
  const name = identifierName(fields['name']);
  const type = typeOf(fields['data_type']);
  const isRequired = isNotNull(fields) || fields['primary_key'] === true || keys.has(name);
  const byDefault = isPresent(fields['default']) ? ` DEFAULT ${printDefault(fields['default'], scope)}` : '';
  const sql = `${quoteName(name)} ${duckdbType(type)}${isRequired ? ' NOT NULL' : ''}${byDefault}`;
  return { name, type, sql, comment: columnComment(listOf(fields['constraints'])) };
}

function isNotNull(fields: Fields): boolean {
  return fields['nullable'] === false || listOf(fields['constraint_order']).includes('NotNull');
}

function columnComment(constraints: readonly unknown[]): string {
  let comment = '';
  for (const constraint of constraints) {
    if (constraint === 'NotNull' || constraint === 'Unique' || constraint === 'PrimaryKey') continue;
    const parts = fieldsOf(constraint);
    if (typeof parts['Comment'] !== 'string') throw unsupported(`column constraint ${Object.keys(parts)[0] ?? String(constraint)}`);
    comment = parts['Comment'];
  }
  return comment;
}

function primaryKey(constraints: readonly unknown[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const constraint of constraints) {
    const { kind, fields } = nodeOf(constraint);
    if (kind !== 'PrimaryKey' && kind !== 'Unique') throw unsupported(`table constraint ${kind}`);
    if (kind === 'PrimaryKey') for (const column of listOf(fields['columns'])) keys.add(identifierName(column));
  }
  return keys;
}

// A default is kept as text and evaluated later, so it must not depend on the moment of the definition.
function printDefault(node: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(node);
  const constant = kind === 'neg' || kind === 'cast' ? nodeOf(fields['this']).kind : kind;
  if (!['literal', 'null', 'boolean'].includes(constant)) throw unsupported('a DEFAULT that is not a constant');
  return printExpression(node, scope);
}

function createAs(create: string, columns: readonly ColumnDefinition[], query: unknown, scope: Scope): string {
  if (columns.length > 0) throw unsupported('CREATE TABLE with columns AS SELECT');
  return `${create} AS ${printExpression(query, scope)}`;
}

function modeOf(fields: Fields): TranslatedDefinition['mode'] {
  if (fields['or_replace'] === true) return 'replace';
  return fields['if_not_exists'] === true ? 'create-if-absent' : 'create';
}

/** Translates CREATE VIEW. */
export function translateView(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('CREATE VIEW', fields, ['name', 'columns', 'query', 'or_replace', 'if_not_exists']);
  const view = resolveTable(fieldsOf(fields['name']), scope);
  const names = listOf(fields['columns']).map((column) => quoteName(identifierName(fieldsOf(column)['name'])));
  const list = names.length === 0 ? '' : ` (${names.join(', ')})`;
  const isReplaced = fields['or_replace'] === true;
  const query = printExpression(fields['query'], scope);
  if (scope.past.length > 0) throw unsupported('a view over the past of a table');
  return {
    kind: 'definition',
    object: { type: 'View', name: view },
    mode: modeOf(fields),
    sql: [`CREATE ${isReplaced ? 'OR REPLACE ' : ''}VIEW ${quoteTable(view)}${list} AS ${query}`],
    tables: scope.tables,
    past: [],
    message: `View ${view.name} successfully created.`,
  };
}
