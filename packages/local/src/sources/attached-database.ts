import { stat } from 'node:fs/promises';
import { SnowmeltError } from '@snowmelt/core/ports';
import { readDuckdbFailure } from '../duckdb/duckdb-error.ts';
import type { DuckdbSession } from '../duckdb/duckdb-session.ts';
import { identifier, literal } from '../duckdb/duckdb-sql.ts';
import { type Statements, withStatements } from '../duckdb/statements.ts';
import { sourceFailures } from './source-failure.ts';

/** The name under which SQL knows the database. */
export const ATTACHED_AS = 'source';

/** A DuckDB database file that is attached while somebody reads from it, and then left to others. */
export interface AttachedDatabase {
  /** Runs `act` in one read transaction with the schema as default. @throws source/not-found, source/locked, source/unreadable */
  read<T>(signal: AbortSignal, act: (statements: Statements) => Promise<T>): Promise<T>;
}

/** Prepares a database for reading. It is never written to: it is attached READ_ONLY. */
export function attachedDatabase(session: DuckdbSession, path: string, schema: string): AttachedDatabase {
  let readers = 0;
  // Attaching and detaching follow one another: a name can be attached once.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    last = last.catch(() => undefined).then(act);
    return last;
  };
  const join = (): Promise<void> =>
    inTurn(async () => {
      if (readers === 0) await attach(session, path);
      readers += 1;
    });
  const leave = (): Promise<void> =>
    inTurn(async () => {
      readers -= 1;
      if (readers === 0) await runAlone(session, `DETACH ${identifier(ATTACHED_AS)}`);
    });
  return {
    read: async (signal, act) => {
      await join();
      try {
        return await withStatements(session, signal, sourceFailures(session.tempFolder), (statements) =>
          inTransaction(statements, path, schema, act),
        );
      } finally {
        await leave();
      }
    },
  };
}

async function attach(session: DuckdbSession, path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true) {
    throw new SnowmeltError('source/not-found', {
      message: `There is no DuckDB database \`${path}\`.`,
      hint: "Check the source's `database`; it is relative to the project.",
    });
  }
  try {
    await runAlone(session, `ATTACH ${literal(path)} AS ${identifier(ATTACHED_AS)} (TYPE duckdb, READ_ONLY)`);
  } catch (error) {
    throw attachError(error, path);
  }
}

async function runAlone(session: DuckdbSession, sql: string): Promise<void> {
  const connection = await session.connect();
  try {
    await connection.run(sql);
  } finally {
    connection.closeSync();
  }
}

async function inTransaction<T>(
  statements: Statements,
  path: string,
  schema: string,
  act: (statements: Statements) => Promise<T>,
): Promise<T> {
  const found = await statements.rows(
    `SELECT schema_name FROM duckdb_schemas() WHERE database_name = ${literal(ATTACHED_AS)} AND lower(schema_name) = lower(${literal(schema)})`,
    'looking for the schema',
  );
  if (found.length === 0) {
    throw new SnowmeltError('source/not-found', {
      message: `The database \`${path}\` has no schema \`${schema}\`.`,
      hint: "Check the source's `schema`.",
    });
  }
  await statements.run(`USE ${identifier(ATTACHED_AS)}.${identifier(schema)}`, 'choosing the schema');
  await statements.run('BEGIN TRANSACTION READ ONLY', 'beginning to read');
  try {
    return await act(statements);
  } finally {
    await statements.dispose('ROLLBACK');
  }
}

function attachError(error: unknown, path: string): SnowmeltError {
  const { message } = readDuckdbFailure(error);
  const holder = /Conflicting lock is held in (.+? \(PID \d+\))/.exec(message)?.[1];
  if (holder !== undefined || /Could not set lock/.test(message)) {
    return new SnowmeltError('source/locked', {
      message: `Another process has \`${path}\` open for writing${holder === undefined ? '' : `: ${holder}`}.`,
      hint: 'DuckDB lets one process write, or several read. End the other one, then run again.',
    });
  }
  return new SnowmeltError('source/unreadable', {
    message: `\`${path}\` could not be opened as a DuckDB database: ${message.trim()}`,
    hint: 'It may be no database, or have been written by a newer DuckDB.',
  });
}
