import { type Column, type ColumnType, renderColumnType } from '@snowmelt/core/ports';
import { typeOf } from '../duckdb/duckdb-sql.ts';
import type { CellCast } from './source-part.ts';

// What a DuckDB type holds, as far as casting it is concerned.
type ValueFamily =
  | { readonly kind: 'exact'; readonly precision: number; readonly scale: number }
  | {
      readonly kind:
        | 'boolean'
        | 'double'
        | 'text'
        | 'json'
        | 'document'
        | 'date'
        | 'time'
        | 'timestamp'
        | 'nanoseconds'
        | 'instant'
        | 'binary';
    };

const SIMPLE: Readonly<Record<string, Exclude<ValueFamily['kind'], 'exact'>>> = {
  BOOLEAN: 'boolean',
  FLOAT: 'double',
  DOUBLE: 'double',
  VARCHAR: 'text',
  UUID: 'text',
  JSON: 'json',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'nanoseconds',
  'TIMESTAMP WITH TIME ZONE': 'instant',
  BLOB: 'binary',
};

const INTEGER_DIGITS: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  HUGEINT: 38,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
  UHUGEINT: 38,
};

// Undefined for types that the lake has no place for.
function familyOf(type: string): ValueFamily | undefined {
  if (/^(STRUCT|MAP)\(/.test(type) || /\[\d*\]$/.test(type)) return { kind: 'document' };
  if (type.startsWith('ENUM(')) return { kind: 'text' };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) return { kind: 'exact', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  const digits = INTEGER_DIGITS[type];
  if (digits !== undefined) return { kind: 'exact', precision: digits, scale: 0 };
  const kind = SIMPLE[type];
  return kind === undefined ? undefined : { kind };
}

/** Casts a typed column to the declared type; undefined where that could lose something whatever the value. */
export function typedCast(column: Column, type: string, cell: string): CellCast | undefined {
  const family = familyOf(type);
  if (family === undefined || !holds(column.type, family)) return undefined;
  const value = castedValue(column, family, cell);
  const fits = [familyCheck(family, cell), calendarCheck(column.type, value)].filter((check) => check !== undefined);
  return { cell, value, ...(fits.length === 0 ? {} : { fits: fits.join(' AND ') }) };
}

// A double holds every decimal number of up to 15 digits.
const DOUBLE_DIGITS = 15;

const HELD_BY: Readonly<Record<Exclude<ColumnType['kind'], 'bigint' | 'decimal'>, readonly ValueFamily['kind'][]>> = {
  boolean: ['boolean'],
  double: ['double'],
  varchar: ['text'],
  date: ['date'],
  time: ['time'],
  timestamp: ['timestamp', 'nanoseconds', 'instant'],
  binary: ['binary'],
  json: ['json', 'document', 'text'],
};

// More digits than declared are allowed, because values that do not fit are refused; a larger scale would be rounding.
function holds(declared: ColumnType, family: ValueFamily): boolean {
  if (declared.kind === 'bigint') return family.kind === 'exact' && family.scale === 0;
  if (declared.kind === 'decimal') return family.kind === 'exact' && family.scale <= declared.scale;
  if (declared.kind === 'double' && family.kind === 'exact') return family.precision <= DOUBLE_DIGITS;
  return HELD_BY[declared.kind].includes(family.kind);
}

function castedValue(column: Column, { kind }: ValueFamily, cell: string): string {
  if (kind === 'instant') return `${cell} AT TIME ZONE 'UTC'`;
  if (kind === 'document') return `CAST(to_json(${cell}) AS VARCHAR)`;
  return `CAST(${cell} AS ${typeOf(column)})`;
}

function familyCheck({ kind }: ValueFamily, cell: string): string | undefined {
  return kind === 'nanoseconds' ? `epoch_ns(${cell}) % 1000 = 0` : undefined;
}

/** Holds a date or timestamp to the years 0001 to 9999 and a document to be JSON; undefined for other types. */
export function calendarCheck({ kind }: ColumnType, value: string): string | undefined {
  if (kind === 'date') return `${value} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'`;
  if (kind === 'timestamp') return `${value} BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'`;
  return kind === 'json' ? `json_valid(${value})` : undefined;
}

/** How to declare a column of this DuckDB type, e.g. `NUMBER(10,2)`; undefined if there is no way. */
export function declarableAs(type: string): string | undefined {
  const family = familyOf(type);
  if (family === undefined) return undefined;
  if (family.kind === 'exact') return `NUMBER(${family.precision},${family.scale})`;
  const kinds = ['boolean', 'double', 'varchar', 'date', 'time', 'timestamp', 'binary', 'json'] as const;
  const kind = kinds.find((one) => HELD_BY[one].includes(family.kind));
  return kind === undefined ? undefined : renderColumnType({ kind }, 'snowflake');
}
