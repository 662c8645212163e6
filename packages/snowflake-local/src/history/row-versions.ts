import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName, quoteTable, quoteText } from '../sql/identifiers.ts';
import { type TableHistory, versionsTable } from './history-tables.ts';

// The columns that a version has beside the row's own: which row, from and to which commit, and where DuckDB has it.
const VERSION = { row: '"METADATA$ROW"', from: '"METADATA$FROM"', to: '"METADATA$TO"', place: '"METADATA$PLACE"' } as const;

const { row: ROW, from: FROM, to: TO, place: PLACE } = VERSION;

/** Lists the columns of a table, or of its versions without what they have beside; none if there is no such table. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<readonly string[]> {
  // Asking the catalogue takes ten times as long.
  const prepared = await connection.prepare(`SELECT * FROM ${table}`).catch(() => undefined);
  if (prepared === undefined) return [];
  const names = Array.from({ length: prepared.columnCount }, (_, at) => prepared.columnName(at));
  prepared.destroySync();
  return names.filter((name) => !name.startsWith('METADATA$'));
}

/** Begins to keep every version of a table's rows: those that are there are valid since `since`. */
export async function beginVersions(connection: DuckDBConnection, history: TableHistory, since: number): Promise<void> {
  await connection.run(`CREATE OR REPLACE TABLE ${versionsTable(history)} AS
    SELECT row_number() OVER () AS ${ROW}, CAST(${since} AS BIGINT) AS ${FROM}, CAST(NULL AS BIGINT) AS ${TO}, rowid AS ${PLACE}, *
    FROM ${quoteTable(history.table)}`);
}

/**
 * Brings the versions up to where the table is, and says whether anything had changed. Rows are found again where DuckDB
 * had them, so that an update is known as one. DuckDB moves rows when a transaction ends and when it tidies up: with
 * `mayHaveMoved` they are looked for by their content first.
 */
export async function recordVersions(
  connection: DuckDBConnection,
  history: TableHistory,
  commit: number,
  { mayHaveMoved }: { readonly mayHaveMoved: boolean },
): Promise<boolean> {
  const versions = versionsTable(history);
  const table = quoteTable(history.table);
  const columns = (await columnsOf(connection, table)).map(quoteName);
  if (mayHaveMoved) {
    const counts = await countRows(connection, versions, table, columns);
    const found = counts.inPlace === counts.kept ? counts.inPlace : await findMovedRows(connection, versions, table, columns);
    if (found === counts.kept && found === counts.actual) return false;
  }
  const ended = await connection.runAndReadAll(`UPDATE ${versions} AS v SET ${TO} = ${commit} WHERE ${TO} IS NULL
    AND NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE t.rowid = v.${PLACE} AND ${same('v', 't', columns)})`);
  const begun = await connection.runAndReadAll(`INSERT INTO ${versions} (${[ROW, FROM, TO, PLACE, ...columns].join(', ')})
    SELECT coalesce(old.${ROW}, last.n + row_number() OVER ()), ${commit}, NULL, t.rowid, ${columns.map((name) => `t.${name}`).join(', ')}
    FROM ${table} AS t
    CROSS JOIN (SELECT coalesce(max(${ROW}), 0) AS n FROM ${versions}) AS last
    LEFT JOIN (SELECT ${ROW}, ${PLACE} FROM ${versions} WHERE ${TO} = ${commit}) AS old ON old.${PLACE} = t.rowid
    WHERE NOT EXISTS (SELECT 1 FROM ${versions} AS v WHERE v.${TO} IS NULL AND v.${PLACE} = t.rowid)`);
  return ended.rowsChanged + begun.rowsChanged > 0;
}

function same(a: string, b: string, columns: readonly string[]): string {
  return columns.map((name) => `${a}.${name} IS NOT DISTINCT FROM ${b}.${name}`).join(' AND ');
}

interface Counts {
  /** The versions that are valid now. */
  readonly kept: number;
  /** The rows of the table. */
  readonly actual: number;
  /** The rows that are the same in both, and where they are said to be. */
  readonly inPlace: number;
}

async function countRows(connection: DuckDBConnection, versions: string, table: string, columns: readonly string[]): Promise<Counts> {
  const found =
    await connection.runAndReadAll(`SELECT (SELECT count(*) FROM ${versions} WHERE ${TO} IS NULL), (SELECT count(*) FROM ${table}),
    (SELECT count(*) FROM ${versions} AS v JOIN ${table} AS t ON t.rowid = v.${PLACE} AND ${same('v', 't', columns)} WHERE v.${TO} IS NULL)`);
  const [kept = 0, actual = 0, inPlace = 0] = (found.getRowsJson()[0] ?? []).map(Number);
  return { kept, actual, inPlace };
}

// Equal rows are told apart by their order, which is as good as any.
async function findMovedRows(connection: DuckDBConnection, versions: string, table: string, columns: readonly string[]): Promise<number> {
  const numbered = (order: string): string => `row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY ${order})`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE moved_rows AS SELECT v.${ROW} AS id, t.place
    FROM (SELECT *, ${numbered(PLACE)} AS n FROM ${versions} WHERE ${TO} IS NULL) AS v
    JOIN (SELECT *, rowid AS place, ${numbered('rowid')} AS n FROM ${table}) AS t ON v.n = t.n AND ${same('v', 't', columns)}`);
  // A row that was not found keeps its place, by which an update is recognised, unless another row is there now.
  await connection.run(`UPDATE ${versions} SET ${PLACE} = NULL WHERE ${TO} IS NULL AND ${PLACE} IN (SELECT place FROM moved_rows)`);
  const moved = `UPDATE ${versions} AS v SET ${PLACE} = m.place FROM moved_rows AS m WHERE v.${ROW} = m.id AND v.${TO} IS NULL`;
  const { rowsChanged } = await connection.runAndReadAll(moved);
  await connection.run('DROP TABLE moved_rows');
  return rowsChanged;
}

/** The query that gives a table as it was after a commit. */
export function versionQuery(history: TableHistory, commit: number): string {
  return `SELECT * EXCLUDE (${Object.values(VERSION).join(', ')}) FROM ${versionsTable(history)} WHERE ${isValid(commit)}`;
}

function isValid(commit: number): string {
  return `${FROM} <= ${commit} AND (${TO} IS NULL OR ${TO} > ${commit})`;
}

/** The query that gives what changed after one commit and up to another: the net effect, or every row that was inserted. */
export function changesQuery(history: TableHistory, after: number, upTo: number, appendOnly: boolean): string {
  const versions = versionsTable(history);
  const id = `sha1(${quoteText(`${history.id}:`)} || v.${ROW})`;
  const columns = (action: string, isUpdate: string): string =>
    `SELECT v.* EXCLUDE (${Object.values(VERSION).join(', ')}), '${action}' AS "METADATA$ACTION", ${isUpdate} AS "METADATA$ISUPDATE",
       ${id} AS "METADATA$ROW_ID"`;
  if (appendOnly) {
    return `${columns('INSERT', 'false')} FROM ${versions} AS v WHERE v.${FROM} > ${after} AND v.${FROM} <= ${upTo}
      AND NOT EXISTS (SELECT 1 FROM ${versions} AS e WHERE e.${ROW} = v.${ROW} AND e.${FROM} < v.${FROM})`;
  }
  const state = (commit: number): string => `(SELECT * FROM ${versions} WHERE ${isValid(commit)})`;
  const side = (action: string, here: number, there: number): string =>
    `${columns(action, `o.${ROW} IS NOT NULL`)} FROM ${state(here)} AS v LEFT JOIN ${state(there)} AS o ON o.${ROW} = v.${ROW}
     WHERE o.${FROM} IS DISTINCT FROM v.${FROM}`;
  return `${side('INSERT', upTo, after)} UNION ALL ${side('DELETE', after, upTo)}`;
}
