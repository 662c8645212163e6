import { quoteIdentifier } from '../sql/text.ts';

/** Two relations, `before` and `after`, that are to be compared. All names are columns of both. */
export interface DiffSpec {
  /** The columns that tell rows apart; undefined: whole rows are compared, and nothing counts as changed. */
  readonly key: readonly string[] | undefined;
  /** The columns besides the key. */
  readonly others: readonly string[];
}

const name = (column: string): string => quoteIdentifier(column, 'duckdb');

/** One row: how many keys come more than once in either relation, or are not complete. DuckDB SQL. */
export function brokenKeysQuery(key: readonly string[]): string {
  const list = key.map(name).join(', ');
  const isIncomplete = key.map((column) => `${name(column)} IS NULL`).join(' OR ');
  const broken = (relation: string): string =>
    `(SELECT count(*) FROM (SELECT ${list} FROM ${relation} GROUP BY ${list} HAVING count(*) > 1 OR ${isIncomplete}))`;
  return `SELECT ${broken('before')} + ${broken('after')} AS "broken"`;
}

/** One row: `added`, `removed`, `changed`, and then for every other column in how many of the changed rows it differs. DuckDB SQL. */
export function countQuery({ key, others }: DiffSpec): string {
  if (key === undefined) {
    return `SELECT (SELECT count(*) FROM (${lonely('after', 'before', others)})) AS "added", (SELECT count(*) FROM (${lonely('before', 'after', others)})) AS "removed", 0 AS "changed"`;
  }
  const differing = others.map((column) => `count(CASE WHEN b._in AND a._in AND ${differs(column)} THEN 1 END)`);
  const changed = `count(CASE WHEN b._in AND a._in AND (${anyDiffers(others)}) THEN 1 END)`;
  const counts = [`count(CASE WHEN b._in IS NULL THEN 1 END)`, `count(CASE WHEN a._in IS NULL THEN 1 END)`, changed, ...differing];
  return `SELECT ${counts.map((count, i) => `${count} AS "c${i}"`).join(', ')} FROM (SELECT *, TRUE AS _in FROM before) AS b FULL JOIN (SELECT *, TRUE AS _in FROM after) AS a ON ${sameKey(key)}`;
}

/** Up to `limit` rows that only one of the relations has. DuckDB SQL. */
export function lonelyRowsQuery({ key, others }: DiffSpec, kind: 'added' | 'removed', limit: number): string {
  const [from, to] = kind === 'added' ? ['after', 'before'] : ['before', 'after'];
  if (key === undefined) return `SELECT * FROM (${lonely(from, to, others)}) ORDER BY ALL LIMIT ${limit}`;
  const columns = [...key, ...others].map((column) => `a.${name(column)}`).join(', ');
  return `SELECT ${columns} FROM ${from} AS a WHERE NOT EXISTS (SELECT 1 FROM ${to} AS b WHERE ${sameKey(key)}) ORDER BY ALL LIMIT ${limit}`;
}

/** Up to `limit` rows that both have with other values: the key, then of every other column what it was and what it is. DuckDB SQL. */
export function changedRowsQuery({ key = [], others }: DiffSpec, limit: number): string {
  const keys = key.map((column) => `a.${name(column)}`);
  const pairs = others.flatMap((column, i) => [`b.${name(column)} AS "b${i}"`, `a.${name(column)} AS "a${i}"`]);
  const list = [...keys, ...pairs].join(', ');
  return `SELECT ${list} FROM before AS b JOIN after AS a ON ${sameKey(key)} WHERE ${anyDiffers(others)} ORDER BY ALL LIMIT ${limit}`;
}

// As often as a row is in one and not in the other.
function lonely(from: string, to: string, columns: readonly string[]): string {
  const list = columns.map(name).join(', ');
  return `SELECT ${list} FROM ${from} EXCEPT ALL SELECT ${list} FROM ${to}`;
}

function sameKey(key: readonly string[]): string {
  return key.map((column) => `b.${name(column)} = a.${name(column)}`).join(' AND ');
}

function differs(column: string): string {
  return `b.${name(column)} IS DISTINCT FROM a.${name(column)}`;
}

function anyDiffers(columns: readonly string[]): string {
  return columns.length === 0 ? 'FALSE' : columns.map(differs).join(' OR ');
}
