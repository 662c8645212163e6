import { unsupported } from '../errors/snowflake-error.ts';
import { printBinding } from './bindings.ts';
import { printCast } from './casts.ts';
import { identifierName, quoteName, quoteText } from './identifiers.ts';
import type { Printers } from './printer.ts';
import { typeOf } from './snowflake-type.ts';
import { allowOnly, fieldsOf, isPresent } from './tree.ts';

/** Constants and column names. */
export const literals: Printers = {
  literal: ({ literal_type: type, value }) => printLiteral(String(type), String(value)),
  boolean: ({ value }) => (value === true ? 'TRUE' : 'FALSE'),
  null: () => 'NULL',
  column: (fields) => {
    allowOnly('column', fields, ['name', 'table']);
    const name = quoteName(identifierName(fields['name']));
    return isPresent(fields['table']) ? `${quoteName(identifierName(fields['table']))}.${name}` : name;
  },
  parameter: ({ index, style }, { bindings }) => {
    if (style !== 'Colon' || typeof index !== 'number') throw unsupported('this variable');
    return printBinding(index, bindings);
  },
  identifier: (fields) => quoteName(identifierName(fields)),
  // DB.SCHEMA.TABLE.COLUMN: the table alone says which one is meant.
  dot: ({ this: owner, field }) => {
    const { column, dot } = fieldsOf(owner);
    const table = isPresent(dot) ? fieldsOf(dot)['field'] : fieldsOf(column)['name'];
    if (!isPresent(table)) throw unsupported('this field access');
    return `${quoteName(identifierName(table))}.${quoteName(identifierName(field))}`;
  },
};

function printLiteral(type: string, value: string): string {
  switch (type) {
    case 'string':
    case 'dollar_string':
      return quoteText(value);
    case 'number':
      if (!/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) throw unsupported(`number ${value}`);
      return value;
    case 'hex_string':
      return `unhex(${quoteText(value)})`;
    case 'date':
    case 'time':
    case 'timestamp':
      return printCast(quoteText(value), typeOf({ data_type: type }), false);
    default:
      throw unsupported(`${type.replaceAll('_', ' ')} literal`);
  }
}
