import {
  type DayDigest,
  type DayDigestRequest,
  type LogicalDate,
  logicalDate,
  type ObjectKey,
  type ObjectStore,
} from '@snowmelt/core/ports';
import { identifier, literal, selectFiles } from './duckdb-sql.ts';
import type { Statements } from './statements.ts';

/** Sums up the rows of each day that has any: how many there are, and what they hold. */
export async function digestDays(
  { files, columns }: DayDigestRequest,
  statements: Statements,
  store: ObjectStore,
): Promise<ReadonlyMap<LogicalDate, DayDigest>> {
  const placed = (Object.entries(files) as [LogicalDate, readonly ObjectKey[]][]).flatMap(([day, keys]) =>
    keys.map((key) => ({ day, path: store.locate(key) })),
  );
  if (placed.length === 0) return new Map();
  const names = columns.map(({ name }) => identifier(name));
  const rows = selectFiles(
    columns,
    placed.map(({ path }) => path),
    ['filename AS "_path"'],
  );
  const days = placed.map(({ day, path }) => `(${literal(path)}, ${literal(day)})`).join(', ');
  const sums = [`hash(${names.join(', ')})`, ...names.map((name) => `hash(${name})`)].map((hash) => `CAST(SUM(${hash}) AS VARCHAR)`);
  const sql = `SELECT "_day", COUNT(*), ${sums.join(', ')} FROM (${rows}) AS "_rows" JOIN (VALUES ${days}) AS "_days"("_path", "_day") USING ("_path") GROUP BY "_day"`;
  const found = await statements.rows(sql, 'comparing what a table holds with what it held');
  return new Map(
    found.map(([day, count, whole, ...sums]) => [
      logicalDate(String(day)),
      { rows: Number(count), whole: String(whole), columns: sums.map(String) },
    ]),
  );
}
