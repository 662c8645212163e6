import type { EngineDialect } from './text.ts';

/**
 * SQL that turns a text into upper or lower case, each character into one. Spark's own functions know texts (`ß` becomes `SS`,
 * a Σ at the end of a word is another one), DuckDB's only characters; so Spark does it by character, but for texts in ASCII.
 */
export function changeCase(text: string, to: 'upper' | 'lower', dialect: EngineDialect): string {
  if (dialect === 'duckdb') return `${to}(${text})`;
  const one =
    to === 'upper'
      ? "CASE WHEN c = 'ß' THEN 'ẞ' WHEN length(upper(c)) = 1 THEN upper(c) ELSE c END"
      : "CASE WHEN c = 'İ' THEN 'i' ELSE lower(c) END";
  const each = `array_join(transform(split(${text}, ''), c -> ${one}), '')`;
  return `CASE WHEN ${text} RLIKE '^[\\\\x00-\\\\x7F]*\\\\z' THEN ${to}(${text}) ELSE ${each} END`;
}
