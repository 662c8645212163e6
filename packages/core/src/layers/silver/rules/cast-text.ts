import type { ColumnType } from '../../../sql/column-type.ts';
import { matches } from '../../../sql/conditions.ts';
import type { Words } from '../../../sql/render.ts';
import type { CastPolicy } from './cast.ts';
import { WHITE_SPACE } from './trim.ts';

const PLAIN = '[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)';
const NUMBER = spaced(`${PLAIN}(?:[eE][+-]?[0-9]{1,4})?`);
const WORD = spaced('[+-]?(?:[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])');

// Dates and times as in ISO 8601, with a blank for the T if you like, in UTC. Engines forget other offsets without a word.
const DATE = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}';
const TIME = '(?:[01]?[0-9]|2[0-3]):[0-9]{1,2}(?::[0-9]{1,2}';
const MICROSECONDS = '(?:\\.[0-9]{1,6}0*)?)?';
const ANY_FRACTION = '(?:\\.[0-9]+)?)?';
const ZONE = '(?:Z|[+]00(?::?00)?)?';
const MIDNIGHT = '(?:[ T]0{1,2}:0{1,2}(?::0{1,2}(?:\\.0+)?)?)?';

/** Tells whether values of a type are texts. */
export function isText(type: ColumnType): boolean {
  return type.kind === 'varchar' || type.kind === 'json';
}

/**
 * Renders the cast of a text. What a text may look like is said here, because the engines differ: DuckDB takes `1_000` and
 * `0xFF` for numbers, makes 2 of `1.5`, forgets the offset of a timestamp and the time of a date.
 */
export function castText(value: string, to: ColumnType, policy: CastPolicy, words: Words): string {
  const plain = `TRY_CAST(${value} AS ${words.type(to)})`;
  const where = (pattern: string): string => `CASE WHEN ${matches(value, pattern, words)} THEN ${plain} END`;
  const fraction = policy === 'truncate' ? ANY_FRACTION : MICROSECONDS;
  switch (to.kind) {
    case 'bigint':
    case 'decimal':
      return castNumber(value, to, policy, words);
    case 'double':
      return castDouble(value, plain, words);
    case 'date':
      return where(spaced(policy === 'truncate' ? `${DATE}(?:[ T]${TIME}${ANY_FRACTION}${ZONE})?` : `${DATE}${MIDNIGHT}`));
    case 'timestamp':
      return where(`${DATE}(?:[ T]${TIME}${fraction}${ZONE})?`);
    case 'time':
      return where(`${TIME}${fraction}`);
    default:
      return plain;
  }
}

function spaced(pattern: string): string {
  return `${WHITE_SPACE}*${pattern}${WHITE_SPACE}*`;
}

function castNumber(value: string, to: ColumnType, policy: CastPolicy, words: Words): string {
  const scale = to.kind === 'decimal' ? to.scale : 0;
  // Spark makes no integer of a text with a point.
  const whole = to.kind === 'bigint' && words.dialect === 'spark' ? `TRY_CAST(${value} AS DECIMAL(38,0))` : value;
  const result = `TRY_CAST(${whole} AS ${words.type(to)})`;
  if (policy === 'round') return `CASE WHEN ${matches(value, NUMBER, words)} THEN ${result} END`;
  const decimals = scale === 0 ? '(?:[0-9]+(?:\\.0*)?|\\.0+)' : `(?:[0-9]+(?:\\.[0-9]{0,${scale}}0*)?|\\.[0-9]{1,${scale}}0*)`;
  const fits = matches(value, spaced(`[+-]?${decimals}`), words);
  return `CASE WHEN ${fits} OR ${hasFewDecimals(value, scale, words)} THEN ${result} END`;
}

// With an exponent, the decimals that are written are not those that count.
function hasFewDecimals(value: string, scale: number, words: Words): string {
  const decimals = `length(regexp_extract(${value}, ${words.text('\\.([0-9]*?)0*[eE]')}, 1))`;
  const exponent = `TRY_CAST(regexp_extract(${value}, ${words.text('[eE]([+-]?[0-9]+)')}, 1) AS BIGINT)`;
  const isWritten = matches(value, spaced(`${PLAIN}[eE][+-]?[0-9]{1,4}`), words);
  return `(${isWritten} AND ${decimals} - ${exponent} <= ${scale})`;
}

function castDouble(value: string, plain: string, words: Words): string {
  const infinity = `CAST('Infinity' AS ${words.type({ kind: 'double' })})`;
  return `CASE WHEN ${matches(value, NUMBER, words)} AND abs(${plain}) < ${infinity} OR ${matches(value, WORD, words)} THEN ${plain} END`;
}
