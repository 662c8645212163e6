import { identifier, literal, typeOf } from '../duckdb/duckdb-sql.ts';
import { jsonCast, jsonCells } from './json-cast.ts';
import { type CellCast, columnOf, type MatchedColumn, type SourcePart } from './source-part.ts';
import { textCast } from './text-cast.ts';
import { typedCast } from './typed-cast.ts';

/** A part whose columns have been found. */
export interface MatchedPart extends SourcePart {
  readonly matched: readonly MatchedColumn[];
}

/** The message of the error that {@link typedQuery} raises for a value that does not fit. */
const MISFIT_MARK = 'snowmelt:misfit';

/** The query that gives the declared columns of all parts. It fails rather than lose a digit. `where` gives a part's condition. */
export function typedQuery(parts: readonly MatchedPart[], where: (part: MatchedPart) => string): string {
  const selects = parts.map((part) => {
    const columns = casts(part).map((cast, i) => `${checked(cast)} AS ${identifier(part.matched[i]?.declared.name ?? '')}`);
    return `SELECT ${columns.join(', ')} FROM ${cellsOf(part)}${where(part)}`;
  });
  return selects.join(' UNION ALL ');
}

/** The query that counts, for each column, the cells that do not fit. */
export function misfitQuery(part: MatchedPart, where: string): string {
  const counts = casts(part).map(({ cell, value, fits }) => {
    const misses = fits === undefined ? '' : ` OR NOT coalesce(TRY(${fits}), false)`;
    return `count_if(${cell} IS NOT NULL AND (TRY(${value}) IS NULL${misses}))`;
  });
  return `SELECT ${counts.join(', ')} FROM ${cellsOf(part)}${where}`;
}

/** The query that counts the rows in which one column has no value. */
export function nullsQuery(part: MatchedPart, column: string): string {
  return `SELECT count(*) FROM ${cellsOf(part)} WHERE ${castOf(part, column).cell} IS NULL`;
}

/** A column as it is compared: as it is stored where that is a type that orders, so that DuckDB can skip what lies outside. */
export function comparable(part: MatchedPart, column: string): { readonly sql: string; readonly type: string } {
  const found = part.matched.find(({ declared }) => declared.name === column);
  if (found === undefined) throw new Error(`${column} is not a matched column`);
  if (part.form === 'typed' && /^(DATE|TIMESTAMP.*)$/.test(found.actual.type)) return { sql: columnOf(found), type: found.actual.type };
  return { sql: checked(castOf(part, column)), type: typeOf(found.declared) };
}

function castOf(part: MatchedPart, column: string): CellCast {
  const cast = casts(part)[part.matched.findIndex(({ declared }) => declared.name === column)];
  if (cast === undefined) throw new Error(`${column} is not a matched column`);
  return cast;
}

function casts(part: MatchedPart): readonly CellCast[] {
  return part.matched.map((column, i) => {
    if (part.form === 'json') return jsonCast(column, i);
    if (part.form === 'text') return textCast(column.declared, columnOf(column));
    const cast = typedCast(column.declared, column.actual.type, columnOf(column));
    if (cast === undefined) throw new Error(`${column.declared.name} was matched to a type that it cannot hold`);
    return cast;
  });
}

function cellsOf(part: MatchedPart): string {
  return part.form === 'json' ? jsonCells(part.from, part.matched) : part.from;
}

function checked({ cell, value, fits }: CellCast): string {
  if (fits === undefined) return value;
  return `CASE WHEN ${cell} IS NOT NULL AND NOT coalesce(${fits}, false) THEN error(${literal(MISFIT_MARK)}) ELSE ${value} END`;
}
