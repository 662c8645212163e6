import type { Column } from '../sql/column-type.ts';
import { quoteIdentifier } from '../sql/text.ts';
import { doubleText } from './double-text.ts';

/** The engines that hash. `snowflake` is given cells as a result carries them, `duckdb` the typed values of the lake. */
export type DigestDialect = 'snowflake' | 'duckdb';

/**
 * Gives the SQL for the one text that stands for a value wherever it is: equal values have equal texts in both engines, and no
 * two different values have the same. Doubles were taken apart before, by `splitDoubles`.
 */
export function canonicalText(column: Column, dialect: DigestDialect): string {
  const { type } = column;
  const cell = quoteIdentifier(column.name, dialect);
  if (type.kind === 'double') return doubleText(column, dialect);
  return dialect === 'snowflake' ? snowflakeText(type, cell) : duckdbText(type, cell);
}

// Dates, times, binary and JSON are text in a result already, timestamps integers: see the projection.
function snowflakeText(type: Column['type'], cell: string): string {
  switch (type.kind) {
    case 'boolean':
    case 'bigint':
    case 'timestamp':
      return `TO_CHAR(${cell})`;
    case 'decimal':
      // The source may keep fewer digits behind the point; the text shows as many as the type has.
      return `TO_CHAR(${cell}::NUMBER(${type.precision},${type.scale}))`;
    case 'time':
      // Six digits or nine, by what the source holds.
      return `RPAD(${cell}, 18, '0')`;
    default:
      return cell;
  }
}

function duckdbText(type: Column['type'], cell: string): string {
  switch (type.kind) {
    case 'timestamp':
      return `CAST(epoch_us(${cell}) AS VARCHAR)`;
    case 'time':
      return `strftime(DATE '1970-01-01' + ${cell}, '%H:%M:%S.%f') || '000'`;
    case 'binary':
      return `hex(${cell})`;
    case 'varchar':
    case 'json':
      return cell;
    default:
      return `CAST(${cell} AS VARCHAR)`;
  }
}

/** Whether a column's values can be put in order alike by both engines, so that it can tell key ranges. */
export function isRangeable({ type }: Column): boolean {
  return type.kind !== 'double' && type.kind !== 'json';
}

/** Whether the key form of a column is a number rather than text. */
export function hasNumericKey({ type }: Column): boolean {
  return type.kind === 'bigint' || type.kind === 'decimal' || type.kind === 'timestamp';
}

/** The SQL for a value as keys are compared: a number, or the canonical text, which for dates and times is in their order. */
export function keyForm(column: Column, dialect: DigestDialect): string {
  const { type } = column;
  const cell = quoteIdentifier(column.name, dialect);
  if (dialect === 'duckdb' && type.kind === 'timestamp') return `epoch_us(${cell})`;
  if (dialect === 'snowflake' && type.kind === 'decimal') return `${cell}::NUMBER(${type.precision},${type.scale})`;
  return hasNumericKey(column) ? cell : canonicalText(column, dialect);
}
