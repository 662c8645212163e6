import { unsupported } from '../errors/snowflake-error.ts';
import { fieldsOf } from './tree.ts';

/** Reads a name as Snowflake stores it: in upper case, unless it was written in quotes. */
export function identifierName(identifier: unknown): string {
  const { name, quoted } = fieldsOf(identifier);
  if (typeof name !== 'string' || name === '') throw unsupported('this name');
  return quoted === true ? name : name.toUpperCase();
}

/** Quotes a name for DuckDB. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text for DuckDB. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A table or view with nothing left out of its name. */
export interface TableName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** Writes a table's name for DuckDB. */
export function quoteTable({ database, schema, name }: TableName): string {
  return [database, schema, name].map(quoteName).join('.');
}

/** Writes a table's name for messages. */
export function showTable({ database, schema, name }: TableName): string {
  return [database, schema, name].join('.');
}
