import type { DuckDBConnection, DuckDBValue, Json } from '@duckdb/node-api';
import { interrupted } from './duckdb-error.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { identifier } from './duckdb-sql.ts';

/** Executes statements on one connection. `doing` completes the sentence `While …` of an error message. */
export interface Statements {
  run(sql: string, doing: string): Promise<void>;
  rows(sql: string, doing: string): Promise<readonly (readonly Json[])[]>;
  /** Sets a variable of the connection to bytes. They are no part of the statement's text, so no error and no log shows them. */
  setBytes(variable: string, bytes: Uint8Array, doing: string): Promise<void>;
  /** Cleans up, even after an interruption; a failure is of no consequence. */
  dispose(sql: string): Promise<void>;
}

/** Makes the error to throw for a failed statement. */
export type FailureTranslator = (error: unknown, sql: string, doing: string) => Error;

/**
 * Gives `act` a connection of its own, which ends with it and with it its temporary tables and views.
 * When the signal aborts, the running statement is interrupted and no further one starts. @throws run/interrupted
 */
export async function withStatements<T>(
  session: DuckdbSession,
  signal: AbortSignal,
  translate: FailureTranslator,
  act: (statements: Statements) => Promise<T>,
): Promise<T> {
  const connection = await session.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await act(statementsOn(connection, signal, translate));
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}

function statementsOn(connection: DuckDBConnection, signal: AbortSignal, translate: FailureTranslator): Statements {
  const execute = async (sql: string, doing: string, values: DuckDBValue[] = []) => {
    if (signal.aborted) throw interrupted(doing);
    try {
      const reader = await connection.runAndReadAll(sql, values);
      return reader.getRowsJson();
    } catch (error) {
      throw signal.aborted ? interrupted(doing) : translate(error, sql, doing);
    }
  };
  return {
    rows: (sql, doing) => execute(sql, doing),
    run: async (sql, doing) => {
      await execute(sql, doing);
    },
    setBytes: async (variable, bytes, doing) => {
      await execute(`SET VARIABLE ${identifier(variable)} = unhex($1)`, doing, [Buffer.from(bytes).toString('hex')]);
    },
    dispose: async (sql) => {
      await connection.run(sql).catch(() => undefined);
    },
  };
}
