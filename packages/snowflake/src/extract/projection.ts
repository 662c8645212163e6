import { assertNever, type ColumnType, quoteIdentifier, type SpooledColumn } from '@snowmelt/core/ports';
import type { ResultColumn } from '../client/result-metadata.ts';
import type { MatchedColumn } from './contract.ts';

/** What to select, and how the writer is to read each cell of the answer. */
export interface Projection {
  readonly select: string;
  readonly columns: readonly SpooledColumn[];
}

/** Generates one SELECT list in which no cell depends on an account's output formats or on an encoding that is not documented. */
export function projectColumns(columns: readonly MatchedColumn[]): Projection {
  return {
    select: columns.map((column) => `${expressionOf(column)} AS ${quoteIdentifier(column.declared.name, 'snowflake')}`).join(', '),
    columns: columns.map(({ declared: { name, type } }) => ({ name, type, encoding: encodingOf(type) })),
  };
}

function expressionOf({ declared, actual }: MatchedColumn): string {
  const column = quoteIdentifier(actual.name, 'snowflake');
  const { kind } = declared.type;
  switch (kind) {
    case 'boolean':
    case 'bigint':
    case 'decimal':
    case 'double':
    case 'varchar':
      return column;
    case 'date':
      return `TO_CHAR(${column}, 'YYYY-MM-DD')`;
    case 'time':
      return `TO_CHAR(${column}, 'HH24:MI:SS.FF6')`;
    case 'timestamp':
      return `DATE_PART(epoch_microsecond, ${inUtc(actual)})`;
    case 'binary':
      return `TO_CHAR(${column}, 'HEX')`;
    case 'json':
      return `TO_JSON(${column})`;
    default:
      return assertNever(kind);
  }
}

function inUtc({ name, type }: ResultColumn): string {
  const column = quoteIdentifier(name, 'snowflake');
  return type === 'timestamp_ltz' || type === 'timestamp_tz' ? `CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ` : column;
}

function encodingOf({ kind }: ColumnType): SpooledColumn['encoding'] {
  if (kind === 'timestamp') return 'epoch_us';
  return kind === 'binary' ? 'hex' : 'text';
}
