import { duckdbType, isNanosecond } from './duckdb-type.ts';
import { macro } from './macro-call.ts';
import type { SnowflakeType } from './snowflake-type.ts';

/** Writes a cast with Snowflake's rules. `tries`: a value that does not fit becomes NULL. */
export function printCast(value: string, type: SnowflakeType, tries: boolean): string {
  const attempt = tries ? 'try_' : '';
  switch (type.kind) {
    case 'text':
      return type.length < 16_777_216 ? `left(${macro('to_text', value)}, ${type.length})` : macro('to_text', value);
    case 'date':
      return macro(`${attempt}to_date`, value);
    case 'time':
      return macro(`${attempt}to_time`, value);
    case 'binary':
      return macro('to_binary', value);
    case 'timestamp_ntz':
      return isNanosecond(type) || isPlainTimestamp(value) ? plainCast(value, type, tries) : macro(`${attempt}to_timestamp_ntz`, value);
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return macro(`${attempt}to_timestamp_ltz`, value);
    case 'variant':
    case 'object':
    case 'array':
      return `to_json(${value})`;
    default:
      return plainCast(value, type, tries);
  }
}

// The macro's check for nanoseconds can be made here for a constant, which is what most of these casts have.
function isPlainTimestamp(value: string): boolean {
  return /^'[-\d :T]+(\.\d{1,6}0*)?'$/.test(value);
}

function plainCast(value: string, type: SnowflakeType, tries: boolean): string {
  return `${tries ? 'TRY_CAST' : 'CAST'}(${value} AS ${duckdbType(type)})`;
}
