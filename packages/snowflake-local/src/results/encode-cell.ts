import { macro } from '../sql/macro-call.ts';
import type { ResultColumn } from './result-column.ts';
import type { ResultFormat } from './result-format.ts';

type Encoder = (cell: string) => string;

const microseconds: Encoder = (cell) => macro('seconds_text', `epoch_us(${cell})`);

const ENCODERS: Readonly<Record<string, Encoder>> = {
  VARCHAR: (cell) => cell,
  JSON: (cell) => `CAST(${cell} AS VARCHAR)`,
  FLOAT: (cell) => macro('real_text', cell),
  DOUBLE: (cell) => macro('real_text', cell),
  BLOB: (cell) => `hex(${cell})`,
  DATE: (cell) => `CAST(${cell} - DATE '1970-01-01' AS VARCHAR)`,
  TIME: microseconds,
  TIMESTAMP: microseconds,
  TIMESTAMP_S: (cell) => microseconds(`CAST(${cell} AS TIMESTAMP)`),
  TIMESTAMP_MS: (cell) => microseconds(`CAST(${cell} AS TIMESTAMP)`),
  TIMESTAMP_NS: (cell) => macro('nanoseconds_text', `epoch_ns(${cell})`),
  'TIMESTAMP WITH TIME ZONE': microseconds,
};

/** Writes the SQL that gives a cell as the text of its format: seconds for times, days for dates, hex for bytes. */
export function encodeCell(cell: string, column: Pick<ResultColumn, 'duckdbType' | 'type'>, format: ResultFormat = 'sql-api'): string {
  const { duckdbType, type } = column;
  if (format === 'session' && type.kind === 'boolean') return `CAST(CAST(${cell} AS INTEGER) AS VARCHAR)`;
  const digits = ENCODERS[duckdbType]?.(cell) ?? plainText(cell, type.kind);
  const text = format === 'session' && 'scale' in type && type.kind !== 'fixed' ? scaled(digits, type.scale) : digits;
  // The offset follows, counted from 1440 = UTC.
  return type.kind === 'timestamp_tz' ? `${text} || ' 1440'` : text;
}

// Drivers read as many digits as the column's scale says, not as many as there are.
function scaled(text: string, scale: number): string {
  return scale === 9 ? text : `${text}[:${scale === 0 ? -11 : scale - 10}]`;
}

function plainText(cell: string, kind: ResultColumn['type']['kind']): string {
  return kind === 'array' || kind === 'object' ? `CAST(to_json(${cell}) AS VARCHAR)` : `CAST(${cell} AS VARCHAR)`;
}
