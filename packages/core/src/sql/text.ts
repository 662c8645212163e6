declare const brand: unique symbol;

/** SQL that we generated or that a user's model was translated to; never a value from data. */
export type SqlText = string & { readonly [brand]: 'SqlText' };

/** Marks generated text as SQL. The only door into {@link SqlText}. */
export function sqlText(text: string): SqlText {
  return text as SqlText;
}

/** Quotes an identifier for DuckDB and, with `` ` ``, for Spark. */
export function quoteIdentifier(name: string, dialect: 'duckdb' | 'spark' | 'snowflake'): string {
  return dialect === 'spark' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string literal. Spark reads backslashes as escapes, DuckDB and Snowflake's `'…'` here do not. */
export function quoteLiteral(value: string, dialect: 'duckdb' | 'spark' | 'snowflake'): string {
  const escaped = dialect === 'duckdb' ? value : value.replaceAll('\\', '\\\\');
  return dialect === 'spark' ? `'${escaped.replaceAll("'", "\\'")}'` : `'${escaped.replaceAll("'", "''")}'`;
}

/** The engines that SQL is rendered for. */
export type EngineDialect = 'duckdb' | 'spark';

/** The same query in both dialects. */
export type RenderedSql = Readonly<Record<EngineDialect, SqlText>>;
