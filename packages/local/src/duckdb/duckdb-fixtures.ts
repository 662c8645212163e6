import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Column, type FixtureRow, type FixtureTables, type ObjectStore, SnowmeltError } from '@snowmelt/core/ports';
import { toBuildError } from './duckdb-error.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { castList, identifier, literal, literalList, typeOf } from './duckdb-sql.ts';
import { type Statements, withStatements } from './statements.ts';

interface Tools {
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
}

/** Reads and writes the rows of unit tests with DuckDB; the store must be a folder of this machine. */
export function duckdbFixtures({ session, store }: Tools): FixtureTables {
  const within = <T>(act: (statements: Statements) => Promise<T>): Promise<T> =>
    withStatements(
      session,
      new AbortController().signal,
      (error, sql, doing) => toBuildError(error, { doing, sql, at: {}, folder: session.tempFolder }),
      act,
    );
  return {
    write: (key, columns, rows) =>
      within(async (statements) => {
        await refuseMisfits(statements, columns, rows);
        const path = store.locate(key);
        await mkdir(dirname(path), { recursive: true });
        await statements.run(`COPY (${typedRows(columns, rows)}) TO ${literal(path)} (FORMAT parquet)`, 'writing the rows of a test');
        return { key, rows: rows.length, bytes: 0, checksum: '', columns: {} };
      }),
    read: (files, columns) =>
      within(async (statements) => {
        const paths = literalList(files.map((key) => store.locate(key)));
        const from = `read_parquet(${paths}, hive_partitioning = false, file_row_number = true, filename = '_file')`;
        const sql = `SELECT ${textList(columns)} FROM ${from} ORDER BY list_position(${paths}, "_file"), file_row_number`;
        return rowsOf(columns, await statements.rows(sql, 'reading what a test made'));
      }),
    normalise: (columns, rows) =>
      within(async (statements) => {
        if (rows.length === 0) return [];
        await refuseMisfits(statements, columns, rows);
        const sql = `SELECT ${textList(columns)} FROM (${typedRows(columns, rows, '"_nth"')}) ORDER BY "_nth"`;
        return rowsOf(columns, await statements.rows(sql, 'reading the rows of a test'));
      }),
  };
}

function rowsOf(columns: readonly Column[], rows: readonly (readonly unknown[])[]): readonly FixtureRow[] {
  return rows.map((cells) => Object.fromEntries(columns.map(({ name }, i) => [name, cells[i] == null ? null : String(cells[i])])));
}

function textList(columns: readonly Column[]): string {
  const text = ({ name, type }: Column) => (type.kind === 'binary' ? `hex(${identifier(name)})` : `CAST(${identifier(name)} AS VARCHAR)`);
  return columns.map((column) => `${text(column)} AS ${identifier(column.name)}`).join(', ');
}

function typedRows(columns: readonly Column[], rows: readonly FixtureRow[], extra?: string): string {
  const casts = columns.map((column) => {
    const name = identifier(column.name);
    return column.type.kind === 'binary' ? `unhex(${name}) AS ${name}` : castList([column]);
  });
  return `SELECT ${[...casts, ...(extra === undefined ? [] : [extra])].join(', ')} FROM (${textRows(columns, rows)})`;
}

function textRows(columns: readonly Column[], rows: readonly FixtureRow[]): string {
  const names = [...columns.map(({ name }) => identifier(name)), '"_nth"'];
  const cell = (value: string | null | undefined) => (value == null ? 'CAST(NULL AS VARCHAR)' : literal(value));
  const values = rows.map((row, i) => `(${[...columns.map(({ name }) => cell(row[name])), String(i)].join(', ')})`);
  if (values.length > 0) return `SELECT * FROM (VALUES ${values.join(', ')}) AS t(${names.join(', ')})`;
  return `SELECT ${columns.map(({ name }) => `CAST(NULL AS VARCHAR) AS ${identifier(name)}`).join(', ')}, 0 AS "_nth" WHERE false`;
}

// One query finds the first value of each column that is none of its type.
async function refuseMisfits(statements: Statements, columns: readonly Column[], rows: readonly FixtureRow[]): Promise<void> {
  const cast = columns.filter(({ type }) => type.kind !== 'varchar' && type.kind !== 'json' && type.kind !== 'binary');
  if (cast.length === 0 || rows.length === 0) return;
  const firsts = cast.map((column) => {
    const name = identifier(column.name);
    return `min("_nth") FILTER (${name} IS NOT NULL AND TRY_CAST(${name} AS ${typeOf(column)}) IS NULL)`;
  });
  const [found = []] = await statements.rows(`SELECT ${firsts.join(', ')} FROM (${textRows(columns, rows)})`, 'reading the rows of a test');
  const index = found.findIndex((first) => first !== null);
  const column = cast[index];
  if (column === undefined) return;
  throw new SnowmeltError('test/invalid', {
    message: `Row ${Number(found[index]) + 1}: the value of \`${column.name}\` does not fit its type.`,
    hint: `Write it as DuckDB reads a ${typeOf(column)}; dates and times as in ISO 8601.`,
    at: { field: column.name },
  });
}
