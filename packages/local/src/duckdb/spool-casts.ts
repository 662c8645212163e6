import type { SpooledColumn } from '@snowmelt/core/ports';
import { typeOf } from './duckdb-sql.ts';

/** How the text of one column becomes its value. */
export interface SpoolCast {
  /** Gives the typed value; fails, or with `fits` false would lose something. */
  readonly value: string;
  /** True where `value` keeps everything that the text says; absent where it always does. */
  readonly fits?: string;
  /** Gives back the text of a value `v` as sources usually write it: where that is the text, `fits` need not be asked, which costs more. */
  readonly textOf?: (v: string) => string;
}

/** The SQL that turns a landed value `x` into a column's type. */
export function landedCast(column: SpooledColumn, x: string): SpoolCast {
  // An integer beyond every timestamp stands for a value that the lake cannot hold.
  if (column.encoding === 'epoch_us') return { value: microsecondsCast(x), fits: `${x} <> ${NO_TIMESTAMP}` };
  return spoolCast(column, x);
}

const NO_TIMESTAMP = '9223372036854775807';

/**
 * The SQL that turns the text `x` into a column's type, exactly or not at all: DuckDB's own casts round '1.5' to an integer,
 * cut nanoseconds and forget time zones without a word. The forms are the fast ones: a plain cast to a DECIMAL of 19 digits
 * or more takes a hundred times as long.
 */
export function spoolCast(column: SpooledColumn, x: string): SpoolCast {
  if (column.encoding === 'native') return { value: `CAST(${x} AS ${typeOf(column)})` };
  // To look at every cell costs as much as the casts; numbers that are too large fail in them anyway.
  if (column.hasExactNumbers === true) return exactCast(column, x);
  if (column.encoding === 'epoch_us') {
    return { value: microsecondsCast(x), fits: hasDecimals(x, 0), textOf: (v) => `CAST(epoch_us(${v}) AS VARCHAR)` };
  }
  const { type } = column;
  switch (type.kind) {
    case 'varchar':
    case 'json':
      return { value: x };
    case 'binary':
      return { value: `unhex(${x})`, fits: `strlen(${x}) % 2 = 0` };
    case 'boolean':
    case 'double':
      return { value: `CAST(${x} AS ${typeOf(column)})` };
    case 'bigint':
      return { value: `CAST(${x} AS BIGINT)`, fits: hasDecimals(x, 0), textOf: plainText };
    case 'decimal':
      return { value: decimal(x, type.precision, type.scale), fits: hasDecimals(x, type.scale), textOf: plainText };
    case 'date':
      return { value: `CAST(${x} AS DATE)`, fits: `NOT contains(${x}, ':')` };
    case 'time':
      return { value: `CAST(${x} AS TIME)`, fits: matches(x, String.raw`\d{1,2}:\d\d:\d\d(\.\d{0,6}0*)?`) };
    case 'timestamp':
      return { value: `CAST(${x} AS TIMESTAMP)`, fits: matches(x, String.raw`[^:]*\d(\d|[ T]\d\d:\d\d(:\d\d(\.\d{0,6}0*)?)?)`) };
  }
}

function exactCast({ hasExactNumbers: _proven, ...column }: SpooledColumn, x: string): SpoolCast {
  if (column.encoding === 'epoch_us') return { value: microsecondsCast(x), fits: `${x} <> '${NO_TIMESTAMP}'` };
  return { value: spoolCast(column, x).value };
}

function microsecondsCast(x: string): string {
  return `make_timestamp(CAST(${x} AS BIGINT))`;
}

function plainText(v: string): string {
  return `CAST(${v} AS VARCHAR)`;
}

function decimal(x: string, precision: number, scale: number): string {
  const type = `DECIMAL(${precision},${scale})`;
  if (precision <= 18) return `CAST(${x} AS ${type})`;
  if (scale === 0) return `CAST(CAST(${x} AS HUGEINT) AS ${type})`;
  if (scale >= 18) return `CAST(${x} AS ${type})`;
  const integerLength = `coalesce(nullif(instr(${x}, '.'), 0) - 1, strlen(${x}))`;
  return `CASE WHEN ${integerLength} <= ${18 - scale} THEN CAST(CAST(${x} AS DECIMAL(18,${scale})) AS ${type}) ELSE CAST(${x} AS ${type}) END`;
}

// At most `scale` digits after the point, not counting zeros at the end, and no exponent.
function hasDecimals(x: string, scale: number): string {
  const isShort = `strlen(${x}) - coalesce(nullif(instr(${x}, '.'), 0), strlen(${x})) <= ${scale}`;
  const isPlain = `NOT contains(${x}, 'e') AND NOT contains(${x}, 'E')`;
  return `(${isShort} AND ${isPlain}) OR ${matches(x, String.raw`[-+]?\d*\.?\d{0,${scale}}0*`)}`;
}

function matches(x: string, pattern: string): string {
  return `regexp_full_match(${x}, '${pattern}')`;
}
