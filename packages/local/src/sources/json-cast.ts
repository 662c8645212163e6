import { literal, literalList } from '../duckdb/duckdb-sql.ts';
import type { CellCast, MatchedColumn } from './source-part.ts';
import { textCast } from './text-cast.ts';

/** The message of the error that {@link jsonCells} raises for a line that is no object. */
export const NO_OBJECT_MARK = 'snowmelt:no-object';

/**
 * Parses each object once: `texts`, `types` and `docs` hold its members in the order of the columns, `number_I` the digits of
 * a number as they are written, because JSON libraries round what has a point to a double.
 */
export function jsonCells(from: string, columns: readonly MatchedColumn[]): string {
  const paths = literalList(columns.map(({ actual }) => `/${actual.name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  const object = `CASE WHEN json_type(json) = 'OBJECT' THEN json ELSE error(${literal(NO_OBJECT_MARK)}) END`;
  const lists = `json_extract_string(json, ${paths}) AS texts, json_type(json, ${paths}) AS types, json_extract(json, ${paths}) AS docs`;
  const parsed = `SELECT CAST(json AS VARCHAR) AS line, ${lists} FROM (SELECT ${object} AS json FROM ${from})`;
  const numbers = columns.flatMap((column, i) => (isExactNumber(column) ? [{ key: JSON.stringify(column.actual.name), i }] : []));
  if (numbers.length === 0) return `(${parsed})`;
  // One step after the other, so that each is done once though it is used several times.
  const rests = numbers.map(({ key, i }) => `${restOf(key, i)} AS rest_${i}`);
  const digits = numbers.map(({ key, i }) => `${digitsOf(key, i)} AS number_${i}`);
  return `(SELECT *, ${digits.join(', ')} FROM (SELECT *, ${rests.join(', ')} FROM (${parsed})))`;
}

/** Casts the i-th member of an object. */
export function jsonCast(column: MatchedColumn, i: number): CellCast {
  const { declared } = column;
  const [text, type, doc] = [`texts[${i + 1}]`, `types[${i + 1}]`, `docs[${i + 1}]`];
  if (isExactNumber(column)) {
    const isSame = `(rest_${i} IS NULL OR TRY_CAST(number_${i} AS DOUBLE) = TRY_CAST(${text} AS DOUBLE))`;
    return withType(textCast(declared, `number_${i}`), text, `${type} NOT IN ('OBJECT', 'ARRAY', 'BOOLEAN') AND ${isSame}`);
  }
  switch (declared.type.kind) {
    case 'json':
      return { cell: text, value: `CASE WHEN ${type} <> 'NULL' THEN CAST(${doc} AS VARCHAR) END` };
    case 'varchar':
      return withType(textCast(declared, text), text, `${type} IN ('VARCHAR', 'BIGINT', 'UBIGINT', 'BOOLEAN')`);
    case 'boolean':
      return withType(textCast(declared, text), text, `${type} IN ('VARCHAR', 'BOOLEAN')`);
    case 'double':
      return withType(textCast(declared, text), text, `${type} NOT IN ('OBJECT', 'ARRAY', 'BOOLEAN')`);
    default:
      return withType(textCast(declared, text), text, `${type} = 'VARCHAR'`);
  }
}

function isExactNumber({ declared }: MatchedColumn): boolean {
  return declared.type.kind === 'bigint' || declared.type.kind === 'decimal';
}

function withType({ value, fits }: CellCast, cell: string, ofType: string): CellCast {
  return { cell, value, fits: fits === undefined ? ofType : `(${ofType}) AND (${fits})` };
}

const NUMBER = String.raw`\s*:\s*(-?[0-9][-+0-9.eE]*)`;

// What follows a number's name in the line, where the number has a point or an exponent.
function restOf(key: string, i: number): string {
  const isRounded = `types[${i + 1}] = 'DOUBLE' AND regexp_matches(texts[${i + 1}], '[.eE]')`;
  return `CASE WHEN ${isRounded} THEN substring(line, instr(line, ${literal(key)}) + ${[...key].length}) END`;
}

// A name may stand again in an inner object. Of several numbers that round to the same double, but differ, none is taken.
function digitsOf(key: string, i: number): string {
  const pattern = `${key.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}${NUMBER}`;
  const same = `lambda w: TRY_CAST(w AS DOUBLE) = TRY_CAST(texts[${i + 1}] AS DOUBLE)`;
  const several = `list_distinct(list_filter(regexp_extract_all(line, ${literal(pattern)}, 1), ${same}))`;
  return `CASE WHEN rest_${i} IS NULL THEN texts[${i + 1}]
    WHEN contains(rest_${i}, ${literal(key)}) THEN CASE WHEN len(${several}) = 1 THEN ${several}[1] END
    ELSE regexp_extract(rest_${i}, ${literal(`^${NUMBER}`)}, 1) END`;
}
