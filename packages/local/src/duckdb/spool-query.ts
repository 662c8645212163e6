import type { SpooledColumn } from '@snowmelt/core/ports';
import { identifier, literal, literalList } from './duckdb-sql.ts';
import { type SpoolCast, spoolCast } from './spool-casts.ts';

/** Spool files and how to read them. */
export interface Spool {
  readonly paths: readonly string[];
  readonly columns: readonly SpooledColumn[];
  /** The longest row that can be read, in bytes; DuckDB reserves twice that for each thread. */
  readonly maximumRowBytes: number;
}

/** In the message of an error that {@link spoolQuery} raises by itself; a number follows. */
const MISFIT_MARK = 'snowmelt:misfit:';
/** The message of the error that {@link spoolQuery} raises for a row with too few or too many cells. */
export const RAGGED_MARK = 'snowmelt:ragged';

/**
 * The query that gives a spool's rows as typed columns. It fails rather than lose a digit or a cell. Cells and values have names
 * of their own, because DuckDB computes an expression again wherever a CASE repeats it.
 */
export function spoolQuery(spool: Spool): string {
  const width = spool.columns.length;
  const cells = spool.columns.map((_, i) => `json[${i + 1}] AS c${i}`);
  const casts = spool.columns.map((column, i) => spoolCast(column, `c${i}`));
  const values = casts.map(({ value }, i) => `${value} AS v${i}`);
  const columns = casts.map((cast, i) => {
    const value = checkedCell(cast, i);
    return `${i === 0 ? guardWidth(value, width) : value} AS ${identifier(spool.columns[i]?.name ?? '')}`;
  });
  const split = `SELECT ${cells.join(', ')}, len(json) AS width FROM ${readSpool(spool)}`;
  return `SELECT ${columns.join(', ')} FROM (SELECT *, ${values.join(', ')} FROM (${split}))`;
}

function checkedCell({ fits, textOf }: SpoolCast, i: number): string {
  const [cell, value] = [`c${i}`, `v${i}`];
  const checked = checkedValue({ value, ...(fits === undefined ? {} : { fits }) }, i);
  return textOf === undefined ? checked : `CASE WHEN ${cell} IS NULL OR ${textOf(value)} = ${cell} THEN ${value} ELSE ${checked} END`;
}

/** The query that counts, for each column, the cells that do not fit. */
export function misfitQuery(spool: Spool): string {
  return countMisfits(castsOf(spool), readSpool(spool));
}

/** A cast of one cell, with the expression that gives the cell. */
export interface CellCast extends SpoolCast {
  readonly cell: string;
}

/** The value of a cast; an error where it would lose something. */
export function checkedValue({ value, fits }: SpoolCast, column: number): string {
  return fits === undefined ? value : `CASE WHEN NOT (${fits}) THEN error(${literal(`${MISFIT_MARK}${column}`)}) ELSE ${value} END`;
}

/** The query that counts, for each cast, the cells of a relation that do not fit. */
export function countMisfits(casts: readonly CellCast[], relation: string): string {
  const counts = casts.map(
    ({ cell, value, fits }) => `count_if(${cell} IS NOT NULL AND (TRY(${value}) IS NULL${fits === undefined ? '' : ` OR NOT (${fits})`}))`,
  );
  return `SELECT ${counts.join(', ')} FROM ${relation}`;
}

function castsOf(spool: Spool): readonly CellCast[] {
  return spool.columns.map((column, i) => ({ cell: `json[${i + 1}]`, ...spoolCast(column, `json[${i + 1}]`) }));
}

/** The query that reads a spool to its end and keeps nothing: it fails where the JSON is broken. */
export function readabilityQuery(spool: Spool): string {
  return `SELECT count(json) FROM ${readSpool(spool)}`;
}

// DuckDB accepts a row of any length. The check sits in one column so that it costs once per row.
function guardWidth(value: string, width: number): string {
  return `CASE WHEN width IS DISTINCT FROM ${width} THEN error(${literal(RAGGED_MARK)}) ELSE ${value} END`;
}

function readSpool(spool: Spool): string {
  const options = "format = 'array', records = 'false', columns = {json: 'VARCHAR[]'}";
  return `read_json(${literalList(spool.paths)}, ${options}, maximum_object_size = ${spool.maximumRowBytes})`;
}
