import { type Column, quoteIdentifier, quoteLiteral, renderColumnType } from '@snowmelt/core/ports';

/** Quotes an identifier for DuckDB. */
export function identifier(name: string): string {
  return quoteIdentifier(name, 'duckdb');
}

/** Quotes a text for DuckDB. */
export function literal(text: string): string {
  return quoteLiteral(text, 'duckdb');
}

/** `['a', 'b']`: a list of texts. */
export function literalList(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** The DuckDB type in which a column is kept. */
export function typeOf(column: Column): string {
  return renderColumnType(column.type, 'duckdb');
}

/** A select list that gives exactly these columns, each as its declared type. */
export function castList(columns: readonly Column[]): string {
  return columns.map((column) => `CAST(${identifier(column.name)} AS ${typeOf(column)}) AS ${identifier(column.name)}`).join(', ');
}

/**
 * A query over exact Parquet files that gives the declared columns; without files it is empty. `isMixed`: files may lack columns,
 * which are NULL then; all footers are read first.
 */
export function selectFiles(columns: readonly Column[], paths: readonly string[], extra: readonly string[] = [], isMixed = false): string {
  if (paths.length > 0) {
    const options = `hive_partitioning = false${isMixed ? ', union_by_name = true' : ''}`;
    return `SELECT ${[castList(columns), ...extra].join(', ')} FROM read_parquet(${literalList(paths)}, ${options})`;
  }
  const nulls = columns.map((column) => `CAST(NULL AS ${typeOf(column)}) AS ${identifier(column.name)}`);
  return `SELECT ${[...nulls, ...extra].join(', ')} WHERE false`;
}

/** A query over exact files of one JSON object a line that gives the declared columns. */
export function selectJson(columns: readonly Column[], paths: readonly string[]): string {
  const types = columns.map((column) => `${identifier(column.name)}: ${literal(typeOf(column))}`);
  return `SELECT * FROM read_json(${literalList(paths)}, format = 'newline_delimited', columns = {${types.join(', ')}})`;
}

/** `ORDER BY` these columns, or nothing. */
export function orderBy(names: readonly string[]): string {
  return names.length === 0 ? '' : ` ORDER BY ${names.map(identifier).join(', ')}`;
}
