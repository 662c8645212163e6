import { unsupported } from '../errors/snowflake-error.ts';
import { fieldsOf } from './tree.ts';

type TimeKind = 'time' | 'timestamp_ntz' | 'timestamp_ltz' | 'timestamp_tz';

/** A column type of Snowflake that this server knows. The kinds are the names that the SQL API uses. */
export type SnowflakeType =
  | { readonly kind: 'fixed'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'text' | 'binary'; readonly length: number }
  | { readonly kind: TimeKind; readonly scale: number; readonly isScaleGiven: boolean }
  | { readonly kind: 'real' | 'boolean' | 'date' | 'variant' | 'object' | 'array' };

export const MAX_TEXT = 16_777_216;
export const MAX_BINARY = 8_388_608;

const WORDS: Readonly<Record<string, SnowflakeType['kind'] | 'integer' | 'char'>> = {
  NUMBER: 'fixed',
  NUMERIC: 'fixed',
  DECIMAL: 'fixed',
  INT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'integer',
  SMALLINT: 'integer',
  TINYINT: 'integer',
  BYTEINT: 'integer',
  FLOAT: 'real',
  FLOAT4: 'real',
  FLOAT8: 'real',
  DOUBLE: 'real',
  REAL: 'real',
  VARCHAR: 'text',
  STRING: 'text',
  TEXT: 'text',
  CHAR: 'char',
  BINARY: 'binary',
  VARBINARY: 'binary',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIME: 'time',
  DATETIME: 'timestamp_ntz',
  TIMESTAMP: 'timestamp_ntz',
  TIMESTAMP_NTZ: 'timestamp_ntz',
  TIMESTAMP_LTZ: 'timestamp_ltz',
  TIMESTAMP_TZ: 'timestamp_tz',
  TIMESTAMPNTZ: 'timestamp_ntz',
  TIMESTAMPLTZ: 'timestamp_ltz',
  TIMESTAMPTZ: 'timestamp_tz',
  VARIANT: 'variant',
  OBJECT: 'object',
  ARRAY: 'array',
};

/** Reads a type as one writes it in Snowflake, e.g. `NUMBER(12,3)`; undefined if this server has no such type. */
export function parseType(text: string): SnowflakeType | undefined {
  const [, word = '', first, second] = /^\s*([A-Z_0-9]+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/.exec(text.toUpperCase()) ?? [];
  const kind = WORDS[word];
  const number = first === undefined ? undefined : Number(first);
  switch (kind) {
    case undefined:
      return undefined;
    case 'integer':
      return { kind: 'fixed', precision: 38, scale: 0 };
    case 'fixed':
      return exactNumber(number ?? 38, Number(second ?? 0));
    case 'char':
      return { kind: 'text', length: number ?? 1 };
    case 'text':
      return { kind, length: number ?? MAX_TEXT };
    case 'binary':
      return { kind, length: number ?? MAX_BINARY };
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return (number ?? 9) > 9 ? undefined : { kind, scale: number ?? 9, isScaleGiven: number !== undefined };
    default:
      return number === undefined ? { kind } : undefined;
  }
}

function exactNumber(precision: number, scale: number): SnowflakeType | undefined {
  return precision < 1 || precision > 38 || scale > precision ? undefined : { kind: 'fixed', precision, scale };
}

/** Writes a type as Snowflake shows it, e.g. in DESCRIBE TABLE. */
export function showType(type: SnowflakeType): string {
  switch (type.kind) {
    case 'fixed':
      return `NUMBER(${type.precision},${type.scale})`;
    case 'text':
      return `VARCHAR(${type.length})`;
    case 'binary':
      return `BINARY(${type.length})`;
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return `${type.kind.toUpperCase()}(${type.scale})`;
    case 'real':
      return 'FLOAT';
    default:
      return type.kind.toUpperCase();
  }
}

const PARSED_WORDS: Readonly<Record<string, string>> = {
  tiny_int: 'INT',
  small_int: 'INT',
  int: 'INT',
  big_int: 'INT',
  float: 'FLOAT',
  double: 'FLOAT',
  decimal: 'NUMBER',
  char: 'CHAR',
  var_char: 'VARCHAR',
  string: 'VARCHAR',
  text: 'VARCHAR',
  text_with_length: 'VARCHAR',
  binary: 'BINARY',
  var_binary: 'BINARY',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
};

/** Reads a type out of the parsed statement. @throws SnowflakeError for a type that this server does not have. */
export function typeOf(parsed: unknown): SnowflakeType {
  const fields = fieldsOf(parsed);
  const type = parseType(typeText(String(fields['data_type']), fields));
  if (type === undefined) throw unsupported(`data type ${String(fields['name'] ?? fields['data_type']).toUpperCase()}`);
  return type;
}

function typeText(kind: string, fields: Readonly<Record<string, unknown>>): string {
  if (kind === 'custom') return String(fields['name']);
  const word = kind === 'timestamp' ? (fields['timezone'] === true ? 'TIMESTAMP_TZ' : 'TIMESTAMP_NTZ') : PARSED_WORDS[kind];
  if (word === undefined) return kind;
  const size = [fields['length'] ?? fields['precision'], fields['scale']].filter((part) => typeof part === 'number');
  return size.length === 0 || word === 'INT' || word === 'FLOAT' ? word : `${word}(${size.join(',')})`;
}
