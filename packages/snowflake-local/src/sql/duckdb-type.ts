import { MAX_BINARY, MAX_TEXT, type SnowflakeType } from './snowflake-type.ts';

/** Names the DuckDB type that holds a Snowflake type. */
export function duckdbType(type: SnowflakeType): string {
  switch (type.kind) {
    case 'fixed':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'real':
      return 'DOUBLE';
    case 'text':
      return 'VARCHAR';
    case 'binary':
      return 'BLOB';
    case 'timestamp_ntz':
      return isNanosecond(type) ? 'TIMESTAMP_NS' : 'TIMESTAMP';
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return 'TIMESTAMPTZ';
    case 'variant':
    case 'object':
    case 'array':
      return 'JSON';
    default:
      return type.kind.toUpperCase();
  }
}

/**
 * Tells whether a timestamp was asked for in nanoseconds. Without a precision it is Snowflake's 9, too, but then it is kept
 * in microseconds: DuckDB's nanoseconds end in the year 2262, and dates like 9999-12-31 are more common than nanoseconds.
 */
export function isNanosecond(type: SnowflakeType): boolean {
  return type.kind === 'timestamp_ntz' && type.isScaleGiven && type.scale > 6;
}

const INTEGERS: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 18,
  HUGEINT: 38,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
  UHUGEINT: 38,
};

const OTHERS: Readonly<Record<string, SnowflakeType>> = {
  BOOLEAN: { kind: 'boolean' },
  FLOAT: { kind: 'real' },
  DOUBLE: { kind: 'real' },
  VARCHAR: { kind: 'text', length: MAX_TEXT },
  UUID: { kind: 'text', length: 36 },
  BLOB: { kind: 'binary', length: MAX_BINARY },
  DATE: { kind: 'date' },
  TIME: { kind: 'time', scale: 9, isScaleGiven: false },
  TIMESTAMP: { kind: 'timestamp_ntz', scale: 9, isScaleGiven: false },
  TIMESTAMP_S: { kind: 'timestamp_ntz', scale: 9, isScaleGiven: false },
  TIMESTAMP_MS: { kind: 'timestamp_ntz', scale: 9, isScaleGiven: false },
  TIMESTAMP_NS: { kind: 'timestamp_ntz', scale: 9, isScaleGiven: false },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamp_ltz', scale: 9, isScaleGiven: false },
  JSON: { kind: 'variant' },
  '"NULL"': { kind: 'text', length: MAX_TEXT },
};

/** Says as what Snowflake type a value of DuckDB is shown; undefined for those that Snowflake has not. */
export function snowflakeType(duckdb: string): SnowflakeType | undefined {
  const precision = INTEGERS[duckdb];
  if (precision !== undefined) return { kind: 'fixed', precision, scale: 0 };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(duckdb);
  if (decimal !== null) return { kind: 'fixed', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (duckdb.startsWith('ENUM')) return { kind: 'text', length: MAX_TEXT };
  if (duckdb.endsWith(']')) return { kind: 'array' };
  if (duckdb.startsWith('STRUCT(') || duckdb.startsWith('MAP(')) return { kind: 'object' };
  return OTHERS[duckdb];
}
