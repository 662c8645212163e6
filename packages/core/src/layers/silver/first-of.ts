import type { Words } from '../../sql/render.ts';

/** Which row of a group stays. */
export interface FirstOf {
  /** What the result is called; the names of what it is made from begin with it. */
  readonly name: string;
  readonly from: string;
  readonly columns: readonly string[];
  /** Rows that agree in these columns, no value included, are a group. */
  readonly by: readonly string[];
  /** The other columns, the one that decides first; none: it does not matter which row stays. */
  readonly order: readonly string[];
  /** The row with the greatest values stays, otherwise that with the smallest. No value is less than any. */
  readonly isGreatest: boolean;
}

/**
 * Renders a relation with one row of each group, as the parts of a WITH clause. Ranking all rows, DuckDB would hold all of them
 * in memory. So hashes of groups are counted first, and a row whose hash nobody shares passes as it is. Of the others only those
 * with the best value of the first deciding column are ranked. Spark ranks by sorting, on disk if need be, and would compute
 * each part of a WITH clause as often as it is read: there all rows are ranked, by the same order.
 */
export function renderFirstOf(act: FirstOf, words: Words): readonly string[] {
  const { name, from, by } = act;
  const columns = act.columns.map(words.name).join(', ');
  if (words.dialect === 'spark') {
    const all = `SELECT ${columns}, row_number() OVER (PARTITION BY ${orderOf(act, words)}) AS _rank FROM ${from}`;
    return [cte(name, false, `SELECT ${columns} FROM (${all}) AS _ranked WHERE _rank = 1`, words)];
  }
  const hash = `hash(${by.map(words.name).join(', ')})`;
  const shared = `${name}_shared`;
  const copies = `SELECT ${columns} FROM ${from} SEMI JOIN ${shared} ON ${hash} = _hash`;
  const best = bestOf(act, copies, words);
  const ranked = `SELECT ${columns}, row_number() OVER (PARTITION BY ${orderOf(act, words)}) AS _rank FROM (${best.rows}) AS _best`;
  const single = `SELECT ${columns} FROM ${from} ANTI JOIN ${shared} ON ${hash} = _hash`;
  return [
    cte(shared, true, `SELECT ${hash} AS _hash FROM ${from} GROUP BY 1 HAVING COUNT(*) > 1`, words),
    ...best.ctes,
    cte(name, false, `${single} UNION ALL SELECT ${columns} FROM (${ranked}) AS _ranked WHERE _rank = 1`, words),
  ];
}

interface Best {
  readonly ctes: readonly string[];
  readonly rows: string;
}

function bestOf({ name, by, order, isGreatest }: FirstOf, copies: string, words: Words): Best {
  const [first] = order;
  if (first === undefined) return { ctes: [], rows: copies };
  const best = `${name}_best`;
  const names = by.map(words.name).join(', ');
  const column = words.name(first);
  const value = isGreatest ? `MAX(${column})` : `CASE WHEN COUNT(*) = COUNT(${column}) THEN MIN(${column}) END`;
  const conditions = [
    ...by.map((one) => `_copies.${words.name(one)} IS NOT DISTINCT FROM ${best}.${words.name(one)}`),
    `_copies.${column} IS NOT DISTINCT FROM ${best}._value`,
  ];
  return {
    ctes: [cte(best, true, `SELECT ${names}, ${value} AS _value FROM (${copies}) AS _copies GROUP BY ${names}`, words)],
    rows: `SELECT * FROM (${copies}) AS _copies SEMI JOIN ${best} ON ${conditions.join(' AND ')}`,
  };
}

// Left to itself, DuckDB keeps all rows of what is read twice.
function cte(name: string, isKept: boolean, query: string, words: Words): string {
  const keep = words.dialect === 'duckdb' ? `${isKept ? '' : 'NOT '}MATERIALIZED ` : '';
  return `${name} AS ${keep}(${query})`;
}

function orderOf({ by, order, isGreatest }: FirstOf, words: Words): string {
  const names = by.map(words.name).join(', ');
  const direction = isGreatest ? 'DESC NULLS LAST' : 'ASC NULLS FIRST';
  const deciding = order.length === 0 ? names : order.map((column) => `${words.name(column)} ${direction}`).join(', ');
  return `${names} ORDER BY ${deciding}`;
}
