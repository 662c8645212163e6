import type { Column } from '@snowmelt/core/ports';
import { castList, identifier, literalList, typeOf } from './duckdb-sql.ts';

/**
 * A query over the files of refused rows, with the day of their partition as `_day`. A file that is older than a column has none of
 * it, and all may be.
 */
export function selectRefused(columns: readonly Column[], paths: readonly string[]): string {
  const nulls = columns.map((column) => `CAST(NULL AS ${typeOf(column)}) AS ${identifier(column.name)}`);
  const nothing = `SELECT ${[...nulls, 'CAST(NULL AS VARCHAR) AS "_file"'].join(', ')} WHERE false`;
  const rows = `SELECT * FROM read_parquet(${literalList(paths)}, hive_partitioning = false, union_by_name = true, filename = '_file')`;
  const from = paths.length === 0 ? nothing : `${rows} UNION ALL BY NAME ${nothing}`;
  return `SELECT ${castList(columns)}, ${dayOf('"_file"')} AS "_day" FROM (${from})`;
}

function dayOf(file: string): string {
  return String.raw`CAST(regexp_extract(${file}, 'year=(\d+)[/\\]month=(\d+)[/\\]day=(\d+)[/\\]', 1) || '-' || regexp_extract(${file}, 'month=(\d+)', 1) || '-' || regexp_extract(${file}, 'day=(\d+)', 1) AS DATE)`;
}
