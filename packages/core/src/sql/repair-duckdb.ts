import type { Token } from './token.ts';

/**
 * Mends what the translator is known to get wrong for DuckDB: `DATEADD(day, -90, d)` becomes `d + INTERVAL -90 DAY`,
 * which is not DuckDB's syntax; the amount needs brackets.
 */
export function repairDuckdb(sql: string, tokenize: (sql: string) => readonly Token[]): string {
  if (!/\bINTERVAL\s+-/i.test(sql)) return sql;
  const tokens = tokenize(sql);
  const points = [...sql];
  for (const [index, token] of [...tokens.entries()].reverse()) {
    const [minus, amount] = [tokens[index + 1], tokens[index + 2]];
    if (token.text.toUpperCase() !== 'INTERVAL' || minus?.text !== '-' || amount === undefined) continue;
    points.splice(minus.start, amount.end - minus.start, `(${points.slice(minus.start, amount.end).join('')})`);
  }
  return points.join('');
}
