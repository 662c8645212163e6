import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { ResultColumn } from '../results/result-column.ts';
import { quoteName } from '../sql/identifiers.ts';
import type { IntegerWord, Projection, TranslatedUnload } from '../sql/statements/translated.ts';

/** Writes the query whose rows have the types that Snowflake gives them in Parquet. @throws SnowflakeError for those it refuses */
export function unloadQuery(unload: TranslatedUnload, sql: string, columns: readonly ResultColumn[]): string {
  const integers = integerWords(unload.query.projection, columns.length);
  const names = columns.map((_, at) => `c${at}`);
  const cells = columns.map((column, at) => {
    const name = unload.hasHeader ? column.name : `_COL_${at}`;
    return `${unloadCell(`c${at}`, column, integers[at], unload.millisecondTimes)} AS ${quoteName(name)}`;
  });
  return `SELECT ${cells.join(', ')} FROM (${sql}) AS r(${names.join(', ')})`;
}

// Only where the list of columns is written out it says which column is which.
function integerWords({ columns }: Projection, count: number): readonly (IntegerWord | undefined)[] {
  if (columns.length !== count || columns.some(({ kind }) => kind === 'star')) return [];
  return columns.map((column) => (column.kind === 'expression' ? column.integer : undefined));
}

function unloadCell(cell: string, { type, duckdbType }: ResultColumn, integer: IntegerWord | undefined, inMilliseconds: boolean): string {
  switch (type.kind) {
    case 'fixed':
      return `CAST(${cell} AS ${integer ?? `DECIMAL(${type.precision},${type.scale})`})`;
    case 'real':
      return `CAST(${cell} AS DOUBLE)`;
    case 'timestamp_ntz': {
      const microseconds = duckdbType === 'TIMESTAMP' ? cell : `CAST(${cell} AS TIMESTAMP)`;
      return inMilliseconds ? `CAST(date_trunc('millisecond', ${microseconds}) AS TIMESTAMP_MS)` : microseconds;
    }
    case 'timestamp_ltz':
    case 'timestamp_tz':
      throw zonedTime(type.kind);
    case 'time':
      return inMilliseconds ? `CAST(date_trunc('millisecond', DATE '1970-01-01' + ${cell}) AS TIME)` : cell;
    case 'variant':
    case 'object':
    case 'array':
      return duckdbType === 'JSON' ? `CAST(${cell} AS VARCHAR)` : `CAST(to_json(${cell}) AS VARCHAR)`;
    case 'text':
      return `CAST(${cell} AS VARCHAR)`;
    default:
      return cell;
  }
}

function zonedTime(kind: string): SnowflakeError {
  const message = 'TIMESTAMP_TZ and LTZ types are not supported for unloading to Parquet.';
  return new SnowflakeError('100171', '22000', `Error encountered when unloading to PARQUET: ${message} value get: ${kind.toUpperCase()}`);
}
