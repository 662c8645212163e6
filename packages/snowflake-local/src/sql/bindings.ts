import { SnowflakeError } from '../errors/snowflake-error.ts';
import { quoteText } from './identifiers.ts';

/** A value sent beside the statement: `{"1": {"type": "FIXED", "value": "42"}}`. */
export interface Binding {
  readonly type: string;
  readonly value: string | null;
}

const DAY_MS = 86_400_000;
// Nanoseconds since 1970, none of which would be lost.
const IN_MICROSECONDS = /^-?\d{1,18}000$|^0$/;

const WRITERS: Readonly<Record<string, (value: string) => string | undefined>> = {
  TEXT: quoteText,
  FIXED: (value) => (/^-?\d{1,38}(\.\d+)?$/.test(value) ? `(${value})` : undefined),
  REAL: (value) => (Number.isFinite(Number(value)) && value.trim() !== '' ? `CAST('${Number(value)}' AS DOUBLE)` : undefined),
  BOOLEAN: (value) => (/^(true|false|1|0)$/i.test(value) ? `CAST('${value.toLowerCase()}' AS BOOLEAN)` : undefined),
  DATE: (value) => (/^-?\d{1,15}$/.test(value) ? `(DATE '1970-01-01' + ${Math.floor(Number(value) / DAY_MS)})` : undefined),
  TIME: (value) =>
    /^\d{1,14}000$|^0$/.test(value) ? `(TIME '00:00:00' + to_microseconds(${Math.floor(Number(value) / 1000)}))` : undefined,
  TIMESTAMP_NTZ: (value) => (IN_MICROSECONDS.test(value) ? `make_timestamp(${microseconds(value)})` : undefined),
  TIMESTAMP_LTZ: (value) => (IN_MICROSECONDS.test(value) ? `make_timestamptz(${microseconds(value)})` : undefined),
  // The offset, from 1440 = UTC, does not change the instant.
  TIMESTAMP_TZ: (value) => {
    const [instant = '', offset, ...others] = value.split(' ');
    const isRead = IN_MICROSECONDS.test(instant) && /^\d{1,4}$/.test(offset ?? '1440') && others.length === 0;
    return isRead ? `make_timestamptz(${microseconds(instant)})` : undefined;
  },
  BINARY: (value) => (/^([0-9a-f]{2})*$/i.test(value) ? `unhex(${quoteText(value)})` : undefined),
  // Drivers send objects as their JSON text.
  VARIANT: quoteText,
};

function microseconds(nanoseconds: string): string {
  return nanoseconds === '0' ? '0' : nanoseconds.slice(0, -3);
}

/** Writes a bound value as a constant. @throws SnowflakeError for one that is missing or does not fit its type. */
export function printBinding(index: number, bindings: Readonly<Record<string, Binding>>): string {
  const binding = bindings[String(index)];
  if (binding === undefined) throw new SnowflakeError('002049', '42601', `SQL compilation error:\nBind variable ${index} not set.`);
  const write = WRITERS[binding.type.toUpperCase()];
  if (binding.value === null) return 'NULL';
  const text = write?.(binding.value);
  if (text === undefined) {
    throw new SnowflakeError('002050', '22023', `Bind variable ${index} is not a value that snowflake-local takes as ${binding.type}.`);
  }
  return text;
}

// Texts, quoted names and comments, where a question mark is just that; or the mark itself.
const SCAN = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\?/g;

/** Numbers the question marks of a statement, as Snowflake counts them: `?, ?` becomes `:1, :2`. */
export function numberPlaceholders(text: string): string {
  let count = 0;
  return text.replaceAll(SCAN, (found) => (found === '?' ? `:${++count}` : found));
}
