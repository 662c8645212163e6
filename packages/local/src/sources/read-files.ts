import type { FileFormat, SourceColumn } from '@snowmelt/core/ports';
import { literal, literalList } from '../duckdb/duckdb-sql.ts';
import type { Statements } from '../duckdb/statements.ts';
import { findColumn } from './source-contract.ts';
import type { DescribedColumn, SourcePart } from './source-part.ts';

/**
 * Describes files. Each file is looked at, because DuckDB would take the first one's columns and types for all of them; those
 * that agree are read together. Members of JSON objects may come and go, so these files are one part.
 */
export async function describeFiles(
  statements: Statements,
  paths: readonly string[],
  format: FileFormat,
  declared: readonly SourceColumn[],
): Promise<readonly SourcePart[]> {
  if (format.kind === 'jsonl') return [await describeJson(statements, paths, declared)];
  const groups = new Map<string, { readonly columns: readonly DescribedColumn[]; readonly paths: string[] }>();
  for (const path of paths) {
    const rows = await statements.rows(`DESCRIBE SELECT * FROM ${readerOf([path], format)}`, `looking at \`${path}\``);
    const columns = rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
    const shape = JSON.stringify(columns);
    const group = groups.get(shape);
    if (group === undefined) groups.set(shape, { columns, paths: [path] });
    else group.paths.push(path);
  }
  const form = format.kind === 'csv' ? 'text' : 'typed';
  return [...groups.values()].map((group) => ({ form, from: readerOf(group.paths, format), columns: group.columns }));
}

const SAMPLE_ROWS = 10_000;

async function describeJson(statements: Statements, paths: readonly string[], declared: readonly SourceColumn[]): Promise<SourcePart> {
  const from = readerOf(paths, { kind: 'jsonl' });
  const sample = await membersOf(statements, `(SELECT json FROM ${from} LIMIT ${SAMPLE_ROWS})`);
  const isComplete = declared.every((column) => findColumn(column.source, sample.columns) !== undefined);
  const { columns, rows } = isComplete ? sample : await membersOf(statements, from);
  // Nothing can be said about the members of no objects.
  return { form: 'json', from, columns: rows === 0 ? declared.map(({ source }) => ({ name: source, type: 'JSON' })) : columns };
}

async function membersOf(
  statements: Statements,
  from: string,
): Promise<{ readonly columns: readonly DescribedColumn[]; readonly rows: number }> {
  const keys = `unnest(coalesce(json_keys(json), []))`;
  const [row] = await statements.rows(
    `SELECT (SELECT list(DISTINCT key) FROM (SELECT ${keys} AS key FROM ${from})), (SELECT count(*) FROM ${from})`,
    'looking for the members of JSON objects',
  );
  const names = Array.isArray(row?.[0]) ? row[0].map(String).sort() : [];
  return { columns: names.map((name) => ({ name, type: 'JSON' })), rows: Number(row?.[1] ?? 0) };
}

function readerOf(paths: readonly string[], format: FileFormat): string {
  const files = literalList(paths.map(escapeWild));
  if (format.kind === 'parquet') return `read_parquet(${files}, hive_partitioning = false)`;
  if (format.kind !== 'csv') return `read_ndjson_objects(${files}, hive_partitioning = false)`;
  const { delimiter, header, nullText } = format;
  const dialect = `delim = ${literal(delimiter)}, quote = '"', escape = '"', header = ${header}, nullstr = ${literal(nullText)}`;
  // Nothing is left to be guessed: without quotes an empty text is no value, in quotes it is an empty text.
  const strict = `all_varchar = true, allow_quoted_nulls = false, skip = 0, comment = '', null_padding = false, strict_mode = true`;
  return `read_csv(${files}, ${dialect}, ${strict}, ignore_errors = false, hive_partitioning = false)`;
}

// A name that holds a wildcard means itself; DuckDB knows no other way to say so.
function escapeWild(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}
