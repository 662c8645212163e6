import { assertNever, quoteIdentifier, renderColumnType, type SpooledColumn } from '@snowmelt/core/ports';
import type { ResultColumn } from '../client/result-metadata.ts';
import { columnSql, GEOGRAPHIES, hasNanoseconds, type MatchedColumn } from './contract.ts';

/** What to select, and how the writer is to read each cell of the answer. */
export interface Projection {
  readonly select: string;
  readonly columns: readonly SpooledColumn[];
}

/** What carries the values: cells of text in a result, or Parquet files that Snowflake writes. */
export type Carrier = 'cells' | 'parquet';

interface Expression {
  readonly sql: string;
  readonly encoding: SpooledColumn['encoding'];
}

/**
 * Generates one SELECT list in which no value depends on an account's settings or on an encoding that is not documented.
 * Parquet files carry a value as itself wherever Snowflake writes it exactly; times and timestamps it cuts to milliseconds,
 * so they travel as they do in cells.
 */
export function projectColumns(columns: readonly MatchedColumn[], carrier: Carrier): Projection {
  const projected = columns.map((column) => ({ column: column.declared, ...expressionOf(column, carrier) }));
  return {
    select: projected.map(({ column, sql }) => `${sql} AS ${quoteIdentifier(column.name, 'snowflake')}`).join(', '),
    columns: projected.map(({ column: { name, type }, encoding }) => ({ name, type, encoding })),
  };
}

function expressionOf(matched: MatchedColumn, carrier: Carrier): Expression {
  const { declared, actual } = matched;
  const column = columnSql(matched);
  const isParquet = carrier === 'parquet';
  const plain: SpooledColumn['encoding'] = isParquet ? 'native' : 'text';
  const { kind } = declared.type;
  switch (kind) {
    case 'boolean':
    case 'varchar':
    case 'json':
      return { sql: textOf(column, actual, kind), encoding: plain };
    case 'bigint':
      return { sql: isParquet ? `(${integerOf(matched, column)})::BIGINT` : integerOf(matched, column), encoding: plain };
    case 'decimal':
    case 'double':
      return { sql: isParquet ? `${column}::${renderColumnType(declared.type, 'snowflake')}` : column, encoding: plain };
    case 'date':
      return isParquet ? { sql: column, encoding: 'native' } : { sql: `TO_CHAR(${column}, 'YYYY-MM-DD')`, encoding: 'text' };
    case 'time':
      return { sql: `TO_CHAR(${column}, '${isExact(matched) ? 'HH24:MI:SS.FF9' : 'HH24:MI:SS.FF6'}')`, encoding: 'text' };
    case 'timestamp':
      return { sql: isParquet ? `(${microseconds(matched, column)})::BIGINT` : microseconds(matched, column), encoding: 'epoch_us' };
    case 'binary':
      return bytesOf(column, actual, isParquet);
    default:
      return assertNever(kind);
  }
}

function bytesOf(column: string, { type }: ResultColumn, isParquet: boolean): Expression {
  const bytes = GEOGRAPHIES.includes(type) ? `ST_ASWKB(${column})` : column;
  return isParquet ? { sql: bytes, encoding: 'native' } : { sql: `TO_CHAR(${bytes}, 'HEX')`, encoding: 'hex' };
}

function textOf(column: string, { type }: ResultColumn, kind: 'boolean' | 'varchar' | 'json'): string {
  if (GEOGRAPHIES.includes(type)) return `TO_JSON(ST_ASGEOJSON(${column}))`;
  return kind === 'json' ? `TO_JSON(${column})` : column;
}

function integerOf({ declared, actual }: MatchedColumn, column: string): string {
  if (declared.part === 'offset') return `DATEDIFF(minute, ${inUtc(column, actual)}, ${column}::TIMESTAMP_NTZ)`;
  if (declared.nanoseconds !== 'epoch') return column;
  if (actual.type !== 'time') return `DATE_PART(epoch_nanosecond, ${inUtc(column, actual)})`;
  const seconds = `(DATE_PART(hour, ${column}) * 60 + DATE_PART(minute, ${column})) * 60 + DATE_PART(second, ${column})`;
  return `(${seconds}) * 1000000000 + DATE_PART(nanosecond, ${column})`;
}

// Stands for a value with digits that the lake cannot hold: it is no timestamp, so the writer refuses it.
const NO_TIMESTAMP = '9223372036854775807';

function microseconds(matched: MatchedColumn, column: string): string {
  const epoch = `DATE_PART(epoch_microsecond, ${inUtc(column, matched.actual)})`;
  return isExact(matched) ? `IFF(MOD(DATE_PART(nanosecond, ${column}), 1000) <> 0, ${NO_TIMESTAMP}, ${epoch})` : epoch;
}

// Digits finer than microseconds can be there and may not be cut off.
function isExact({ declared, actual }: MatchedColumn): boolean {
  return declared.nanoseconds === undefined && hasNanoseconds(actual);
}

function inUtc(column: string, { type }: ResultColumn): string {
  return type === 'timestamp_ltz' || type === 'timestamp_tz' ? `CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ` : column;
}
