import { macro } from '../sql/macro-call.ts';
import type { ResultColumn } from './result-column.ts';

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

/** Writes the SQL that gives a cell as the SQL API's text: seconds for times, days for dates, hex for bytes. */
export function encodeCell(cell: string, { duckdbType, type }: Pick<ResultColumn, 'duckdbType' | 'type'>): string {
  const text = ENCODERS[duckdbType]?.(cell) ?? plainText(cell, type.kind);
  // The offset follows, counted from 1440 = UTC.
  return type.kind === 'timestamp_tz' ? `${text} || ' 1440'` : text;
}

function plainText(cell: string, kind: ResultColumn['type']['kind']): string {
  return kind === 'array' || kind === 'object' ? `CAST(to_json(${cell}) AS VARCHAR)` : `CAST(${cell} AS VARCHAR)`;
}
