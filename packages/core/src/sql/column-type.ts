/**
 * The types a lake column can have. Both engines store them in Parquet the same way:
 * integers of up to 18 digits are BIGINT, everything wider or with a scale is DECIMAL(p,s).
 */
export type ColumnType =
  | { readonly kind: 'boolean' | 'bigint' | 'double' | 'varchar' | 'date' | 'time' | 'timestamp' | 'binary' | 'json' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

/** A named, typed column. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

const SIMPLE: Record<string, ColumnType['kind']> = {
  BOOLEAN: 'boolean',
  FLOAT: 'double',
  FLOAT4: 'double',
  FLOAT8: 'double',
  DOUBLE: 'double',
  'DOUBLE PRECISION': 'double',
  REAL: 'double',
  VARCHAR: 'varchar',
  STRING: 'varchar',
  TEXT: 'varchar',
  CHAR: 'varchar',
  CHARACTER: 'varchar',
  ENUM: 'varchar',
  UUID: 'varchar',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_NTZ: 'timestamp',
  DATETIME: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  BINARY: 'binary',
  VARBINARY: 'binary',
  BLOB: 'binary',
  VARIANT: 'json',
  OBJECT: 'json',
  ARRAY: 'json',
  JSON: 'json',
};

const INTEGERS: Record<string, number> = {
  TINYINT: 3,
  SMALLINT: 5,
  INT: 10,
  INTEGER: 10,
  BIGINT: 18,
  BYTEINT: 3,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
  HUGEINT: 38,
  UHUGEINT: 38,
};

/** Reads a type as Snowflake or DuckDB spell it, e.g. `NUMBER(12,3)`, `TIMESTAMP_NTZ(9)`, `HUGEINT`. Undefined if the lake has no such type. */
export function parseColumnType(text: string): ColumnType | undefined {
  const match = /^\s*([A-Z_0-9]+(?: PRECISION)?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/.exec(text.toUpperCase());
  if (match === null) return undefined;
  const [, name = '', first, second] = match;
  if (name === 'NUMBER' || name === 'DECIMAL' || name === 'NUMERIC') return exactNumber(Number(first ?? 38), Number(second ?? 0));
  const digits = INTEGERS[name];
  if (digits !== undefined) return digits <= 18 ? { kind: 'bigint' } : exactNumber(38, 0);
  const kind = SIMPLE[name];
  return kind === undefined || kind === 'decimal' ? undefined : { kind };
}

function exactNumber(precision: number, scale: number): ColumnType | undefined {
  if (precision < 1 || precision > 38 || scale > precision) return undefined;
  return scale === 0 && precision <= 18 ? { kind: 'bigint' } : { kind: 'decimal', precision, scale };
}

const NAMES: Record<'duckdb' | 'spark' | 'snowflake', Record<Exclude<ColumnType['kind'], 'decimal'>, string>> = {
  duckdb: {
    boolean: 'BOOLEAN',
    bigint: 'BIGINT',
    double: 'DOUBLE',
    varchar: 'VARCHAR',
    date: 'DATE',
    time: 'TIME',
    timestamp: 'TIMESTAMP',
    binary: 'BLOB',
    json: 'VARCHAR',
  },
  spark: {
    boolean: 'BOOLEAN',
    bigint: 'BIGINT',
    double: 'DOUBLE',
    varchar: 'STRING',
    date: 'DATE',
    time: 'STRING',
    timestamp: 'TIMESTAMP_NTZ',
    binary: 'BINARY',
    json: 'STRING',
  },
  snowflake: {
    boolean: 'BOOLEAN',
    bigint: 'NUMBER(18,0)',
    double: 'FLOAT',
    varchar: 'VARCHAR',
    date: 'DATE',
    time: 'TIME',
    timestamp: 'TIMESTAMP_NTZ',
    binary: 'BINARY',
    json: 'VARIANT',
  },
};

/** Spells a type for one engine. */
export function renderColumnType(type: ColumnType, dialect: 'duckdb' | 'spark' | 'snowflake'): string {
  if (type.kind !== 'decimal') return NAMES[dialect][type.kind];
  return `${dialect === 'snowflake' ? 'NUMBER' : 'DECIMAL'}(${type.precision},${type.scale})`;
}

/** Tells whether two types are the same type. */
export function isSameType(a: ColumnType, b: ColumnType): boolean {
  return renderColumnType(a, 'snowflake') === renderColumnType(b, 'snowflake') && a.kind === b.kind;
}

/** The type of a column, by its name; text if there is no such column. */
export function typeOf(name: string, columns: readonly Column[]): ColumnType {
  return columns.find((column) => column.name === name)?.type ?? { kind: 'varchar' };
}
