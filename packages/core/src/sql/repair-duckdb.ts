import type { Token } from './token.ts';

type Tokenize = (sql: string) => readonly Token[];

const DIFFERENCE = /^(datediff|timestampdiff|timediff)$/i;

// The units below a day, by the spellings that Snowflake takes.
const UNITS: Readonly<Record<string, readonly string[]>> = {
  hour: ['hour', 'hours', 'hr', 'hrs', 'h', 'hh'],
  minute: ['minute', 'minutes', 'min', 'mins', 'mi', 'm'],
  second: ['second', 'seconds', 'sec', 'secs', 's'],
  millisecond: ['millisecond', 'milliseconds', 'msec', 'ms'],
  microsecond: ['microsecond', 'microseconds', 'usec', 'us'],
};

/**
 * Keeps from the translator what it is known to get wrong for DuckDB: it casts the arguments of every DATEDIFF to DATE, so a
 * difference in hours or minutes would silently be one of days. Below a day, DuckDB's own function means the same as
 * Snowflake's (it counts the boundaries crossed), so the call is written as that.
 */
export function prepareForDuckdb(sql: string, tokenize: Tokenize): string {
  if (!/diff\s*\(/i.test(sql)) return sql;
  const tokens = tokenize(sql);
  const points = [...sql];
  for (const [index, token] of [...tokens.entries()].reverse()) {
    const [bracket, unit] = [tokens[index + 1], tokens[index + 2]];
    const name = unit === undefined || bracket?.text !== '(' || !DIFFERENCE.test(token.text) ? undefined : unitName(unit.text);
    if (name === undefined || unit === undefined) continue;
    points.splice(token.start, unit.end - token.start, `snowmelt_date_diff('${name}'`);
  }
  return points.join('');
}

/**
 * Mends the rest: `DATEADD(day, -90, d)` becomes `d + INTERVAL -90 DAY`, which is not DuckDB's syntax; the amount needs
 * brackets.
 */
export function repairDuckdb(sql: string, tokenize: Tokenize): string {
  if (!/\bINTERVAL\s+-|snowmelt_date_diff/i.test(sql)) return sql;
  const tokens = tokenize(sql);
  const points = [...sql];
  for (const [index, token] of [...tokens.entries()].reverse()) {
    const [minus, amount] = [tokens[index + 1], tokens[index + 2]];
    if (/^snowmelt_date_diff$/i.test(token.text)) points.splice(token.start, token.end - token.start, 'DATE_DIFF');
    if (token.text.toUpperCase() !== 'INTERVAL' || minus?.text !== '-' || amount === undefined) continue;
    points.splice(minus.start, amount.end - minus.start, `(${points.slice(minus.start, amount.end).join('')})`);
  }
  return points.join('');
}

function unitName(text: string): string | undefined {
  const spelt = text.replace(/^'|'$/g, '').toLowerCase();
  return Object.keys(UNITS).find((name) => UNITS[name]?.includes(spelt));
}
