import type { Column, SpooledColumn } from '@snowmelt/core/ports';
import { spoolCast } from '../duckdb/spool-casts.ts';
import type { CellCast } from './source-part.ts';
import { calendarCheck } from './typed-cast.ts';

/** Casts text as files hold it: usual forms, binary in hexadecimal, times with or without an offset from UTC. */
export function textCast(column: Column, cell: string): CellCast {
  if (column.type.kind === 'timestamp') return timestampCast(cell);
  const { value, fits } = spoolCast(spooled(column), cell);
  const checks = [fits, calendarCheck(column.type, value)].filter((check) => check !== undefined).map((check) => `(${check})`);
  return { cell, value, ...(checks.length === 0 ? {} : { fits: checks.join(' AND ') }) };
}

function spooled({ name, type }: Column): SpooledColumn {
  return { name, type, encoding: type.kind === 'binary' ? 'hex' : 'text' };
}

const TIMESTAMP = String.raw`\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{0,6}0*)?)? ?(Z|[-+]\d\d(:?\d\d)?)?)?`;

// Only text with an offset takes the slow way by the time zone library.
function timestampCast(cell: string): CellCast {
  const zoned = `regexp_matches(${cell}, ':.*(Z|[-+]\\d\\d(:?\\d\\d)?)$')`;
  const joined = `regexp_replace(${cell}, ' ([-+Z][^ ]*)$', '\\1')`;
  const value = `CASE WHEN ${zoned} THEN CAST(${joined} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' ELSE CAST(${cell} AS TIMESTAMP) END`;
  return { cell, value, fits: `regexp_full_match(${cell}, '${TIMESTAMP}') AND (${calendarCheck({ kind: 'timestamp' }, value)})` };
}
