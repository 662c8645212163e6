import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column, ColumnStatistics } from '@snowmelt/core/ports';
import { identifier, literal, literalList, typeOf } from '../duckdb/duckdb-sql.ts';
import type { UnplacedFile } from '../duckdb/place-file.ts';
import type { Statements } from '../duckdb/statements.ts';
import { isAbsent } from '../fs/fs-errors.ts';

/** A Parquet file as Spark left it. */
export interface StagedFile extends UnplacedFile {
  /** The value that the folder's name says: a day, a bucket; empty where there is no such folder. */
  readonly folder: string;
}

/** The files with rows that Spark wrote below a folder, in order, with what their footers say. */
export async function readStagedFiles(folder: string, columns: readonly Column[], statements: Statements): Promise<readonly StagedFile[]> {
  const paths = await listParquet(folder);
  if (paths.length === 0) return [];
  const doing = 'reading the footers of new files';
  const rows = await statements.rows(`SELECT file_name, num_rows FROM parquet_file_metadata(${literalList(paths)})`, doing);
  const counts = new Map(rows.map(([path, count]) => [String(path), Number(count)]));
  const statistics = new Map<string, Record<string, ColumnStatistics>>();
  for (const [path, column, nulls, min, max] of await statements.rows(statisticsQuery(paths, columns), doing)) {
    const found = statistics.get(String(path)) ?? {};
    statistics.set(String(path), found);
    found[String(column)] = {
      nulls: Number(nulls),
      ...(typeof min === 'string' ? { min } : {}),
      ...(typeof max === 'string' ? { max } : {}),
    };
  }
  return paths.flatMap((path) => {
    const count = counts.get(path) ?? 0;
    return count === 0 ? [] : [{ path, folder: folderOf(path), rows: count, columns: statistics.get(path) ?? {} }];
  });
}

async function listParquet(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    // A bucketed output without a touched bucket.
    if (isAbsent(error)) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function folderOf(path: string): string {
  const [, value = ''] = /[/\\]_\w+=([^/\\]*)[/\\][^/\\]*$/.exec(path) ?? [];
  return decodeURIComponent(value);
}

// Of a column without a null count nothing is said; a least or greatest value is that of all row groups or of none.
function statisticsQuery(paths: readonly string[], columns: readonly Column[]): string {
  const ends = columns.map((column) => {
    const type = column.type.kind === 'binary' ? 'VARCHAR' : typeOf(column);
    const end = (which: 'min' | 'max') =>
      `CASE WHEN bool_or(stats_${which}_value IS NULL AND stats_null_count < num_values) THEN NULL ELSE CAST(${which}(TRY_CAST(stats_${which}_value AS ${type})) AS VARCHAR) END`;
    return `SELECT file_name, ${literal(column.name)}, sum(stats_null_count), ${end('min')}, ${end('max')} FROM ${identifier('_footers')} WHERE path_in_schema = ${literal(column.name)} GROUP BY file_name HAVING count(*) = count(stats_null_count)`;
  });
  return `WITH ${identifier('_footers')} AS MATERIALIZED (SELECT * FROM parquet_metadata(${literalList(paths)})) ${ends.join(' UNION ALL ')}`;
}
