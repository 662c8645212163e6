import { literal, literalList } from '../duckdb/duckdb-sql.ts';
import type { CellCast, MatchedColumn } from './source-part.ts';
import { textCast } from './text-cast.ts';

/** The message of the error that {@link jsonCells} raises for a line that is no object. */
export const NO_OBJECT_MARK = 'snowmelt:no-object';

/** Parses each object once: `texts`, `types` and `docs` hold its members in the order of the columns. */
export function jsonCells(from: string, columns: readonly MatchedColumn[]): string {
  const paths = literalList(columns.map(({ actual }) => `/${actual.name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  const object = `CASE WHEN json_type(json) = 'OBJECT' THEN json ELSE error(${literal(NO_OBJECT_MARK)}) END`;
  const lists = `json_extract_string(json, ${paths}) AS texts, json_type(json, ${paths}) AS types, json_extract(json, ${paths}) AS docs`;
  return `(SELECT CAST(json AS VARCHAR) AS line, ${lists} FROM (SELECT ${object} AS json FROM ${from}))`;
}

/** Casts the i-th member of an object. A number is taken as it is written, because JSON libraries round it to a double. */
export function jsonCast({ declared, actual }: MatchedColumn, i: number): CellCast {
  const [text, type, doc] = [`texts[${i + 1}]`, `types[${i + 1}]`, `docs[${i + 1}]`];
  switch (declared.type.kind) {
    case 'json':
      return { cell: text, value: `CASE WHEN ${type} <> 'NULL' THEN CAST(${doc} AS VARCHAR) END` };
    case 'bigint':
    case 'decimal':
      return withType(textCast(declared, numberText(actual.name, text, type)), text, `${type} NOT IN ('OBJECT', 'ARRAY', 'BOOLEAN')`);
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

function withType({ value, fits }: CellCast, cell: string, ofType: string): CellCast {
  return { cell, value, fits: fits === undefined ? ofType : `(${ofType}) AND (${fits})` };
}

// Where a number has a point, its digits come from the line: the one of this name that is the same double.
function numberText(name: string, text: string, type: string): string {
  const key = JSON.stringify(name).replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const written = `regexp_extract_all(line, ${literal(String.raw`${key}\s*:\s*(-?[0-9][-+0-9.eE]*)`)}, 1)`;
  const same = `list_filter(${written}, lambda w: TRY_CAST(w AS DOUBLE) = TRY_CAST(${text} AS DOUBLE))[1]`;
  return `(CASE WHEN ${type} = 'DOUBLE' AND regexp_matches(${text}, '[.eE]') THEN ${same} ELSE ${text} END)`;
}
