import type { DuckDBConnection } from '@duckdb/node-api';
import type { Database } from '../database/open-database.ts';
import { fromDuckdb } from '../errors/from-duckdb.ts';
import { compilationError, missingObject, unsupported } from '../errors/snowflake-error.ts';
import type { History } from '../history/history.ts';
import { resolvePast, type TimeTravel } from '../history/time-travel.ts';
import type { PartitionLimits } from '../results/partition-writer.ts';
import { describeResult, type QueryRun, type RenderedQuery, renderQuery, type StoredResult } from '../results/render-query.ts';
import type { ResultFormat } from '../results/result-format.ts';
import type { ResultPlace } from '../results/result-store.ts';
import type { Binding } from '../sql/bindings.ts';
import { showTable, type TableName } from '../sql/identifiers.ts';
import type { PastTable } from '../sql/past-tables.ts';
import type { Session } from '../sql/session.ts';
import { translate } from '../sql/statements/translate.ts';
import type { TranslatedChange, TranslatedStatement } from '../sql/statements/translated.ts';
import { runAccess } from './run-access.ts';
import { type ChangeAnswer, changeAnswer, runChange, statusQuery } from './run-change.ts';
import { runDefinition } from './run-definition.ts';
import { runStage } from './run-stage.ts';
import { runUnload } from './run-unload.ts';
import { type FindResult, resolveScans } from './scanned-results.ts';

/** A statement and for whom it runs. */
export interface StatementRequest {
  readonly text: string;
  /** The statement's own id. */
  readonly handle: string;
  readonly session: Session;
  readonly bindings: Readonly<Record<string, Binding>>;
  /** Default: that of the SQL API. */
  readonly format?: ResultFormat;
  /** Whether only the columns of the result are wanted. */
  readonly isDescribeOnly?: boolean;
}

/** How many rows a statement changed, by what it did with them. */
export interface ChangeStatistics {
  readonly numRowsInserted: number;
  readonly numRowsUpdated: number;
  readonly numRowsDeleted: number;
  readonly numDuplicateRowsUpdated: number;
}

/** What a statement that succeeded has to show. */
export interface StatementOutcome {
  readonly action: 'query' | 'unload' | 'definition' | TranslatedChange['action'];
  readonly result: StoredResult;
  readonly stats?: ChangeStatistics;
  /** The session's parameters after the statement, where it set some. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The statements that this one stands for, by their handles. */
  readonly parts?: readonly string[];
}

/** What statements run on. */
export interface StatementTools {
  readonly database: Database;
  readonly limits: PartitionLimits;
  readonly findResult: FindResult;
}

/** Translates a statement, runs it and stores its result. Aborting `signal` interrupts it. @throws SnowflakeError */
export async function runStatement(
  request: StatementRequest,
  place: ResultPlace,
  signal: AbortSignal,
  { database, limits, findResult }: StatementTools,
): Promise<StatementOutcome> {
  const statement = withResults(await translate(request.text, request.session, request.bindings), findResult);
  const { format = 'sql-api' } = request;
  const { connections, catalog, writing } = database;
  const run = (): Promise<StatementOutcome> =>
    connections.use((connection) =>
      interruptible(connection, signal, () =>
        runTranslated(statement, request, database.history, { connection, catalog, place, limits, format }),
      ),
    );
  return statement.kind === 'query' || statement.kind === 'unload' ? run() : writing(run);
}

function withResults(statement: TranslatedStatement, findResult: FindResult): TranslatedStatement {
  return statement.kind === 'query' ? { ...statement, sql: resolveScans(statement.sql, statement.scans, findResult) } : statement;
}

const INTERRUPT_EVERY_MS = 20;

async function interruptible<T>(connection: DuckDBConnection, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  // DuckDB forgets an interruption that comes between two of its statements.
  let repeat: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    repeat = setInterval(() => connection.interrupt(), INTERRUPT_EVERY_MS);
  };
  signal.addEventListener('abort', interrupt);
  try {
    return await task();
  } catch (error) {
    throw fromDuckdb(error);
  } finally {
    clearInterval(repeat);
    signal.removeEventListener('abort', interrupt);
  }
}

async function runTranslated(
  statement: TranslatedStatement,
  { session, handle, isDescribeOnly }: StatementRequest,
  history: History,
  run: QueryRun,
): Promise<StatementOutcome> {
  const { connection, catalog } = run;
  if (!(await catalog.hasSchema(connection, session))) throw noSuchContext();
  for (const table of statement.tables) await demandRelation(run, table);
  const travel: TimeTravel = { connection, history, session };
  if (isDescribeOnly) return describe(statement, travel, run);
  switch (statement.kind) {
    case 'query': {
      await history.noteRead(connection, handle);
      const result = await withPast(statement, travel, (sql) => renderQuery({ ...statement, sql }, run));
      return { action: 'query', result };
    }
    case 'change': {
      const { sql, stats } = await recordedChange(statement, handle, travel);
      return { action: statement.action, result: await renderQuery(answer(sql), run), stats };
    }
    case 'unload': {
      await history.noteRead(connection, handle);
      const sql = await withPast(statement.query, travel, (query) => runUnload(statement, query, handle, run));
      return { action: 'unload', result: await renderQuery(answer(sql), run) };
    }
    case 'session': {
      const result = await renderQuery(answer(statusQuery('Statement executed successfully.')), run);
      return { action: 'definition', result, parameters: { ...session.parameters, ...statement.parameters } };
    }
    case 'access': {
      const sql = await runAccess(connection, statement.operation, session);
      return { action: 'definition', result: await renderQuery(answer(sql), run) };
    }
    case 'stage': {
      const sql = await runStage(connection, statement.operation, session.database);
      return { action: 'definition', result: await renderQuery(answer(sql), run) };
    }
    default: {
      const resolved = await Promise.all(statement.sql.map((sql) => resolvePast(sql, statement.past, travel)));
      const sql = await runDefinition(connection, { ...statement, sql: resolved }, catalog, () =>
        history.define(connection, statement, handle),
      );
      return { action: 'definition', result: await renderQuery(answer(sql), run) };
    }
  }
}

// What is read must not change between finding out which versions are meant and reading them.
async function withPast<T>(
  { sql, past }: { readonly sql: string; readonly past: readonly PastTable[] },
  travel: TimeTravel,
  task: (sql: string) => Promise<T>,
): Promise<T> {
  if (past.length === 0) return task(sql);
  await travel.connection.run('BEGIN');
  const result = await task(await resolvePast(sql, past, travel));
  await travel.connection.run('COMMIT');
  return result;
}

async function recordedChange(change: TranslatedChange, handle: string, travel: TimeTravel): Promise<ChangeAnswer> {
  const { connection, history } = travel;
  await connection.run('BEGIN');
  const sql = await resolvePast(change.sql, change.past, travel);
  await history.keep(connection, change.target);
  const result = await runChange(connection, { ...change, sql });
  await history.commit(connection, { tables: [change.target], statement: handle });
  await connection.run('COMMIT');
  return result;
}

async function describe(statement: TranslatedStatement, travel: TimeTravel, run: QueryRun): Promise<StatementOutcome> {
  switch (statement.kind) {
    case 'query': {
      const result = await withPast(statement, travel, (sql) => describeResult({ ...statement, sql }, run));
      return { action: 'query', result };
    }
    case 'change':
      return { action: statement.action, result: await describeResult(answer(changeAnswer(statement.action, 0).sql), run) };
    case 'definition':
      return { action: 'definition', result: await describeResult(answer(statusQuery('')), run) };
    default:
      throw unsupported('a description of this statement');
  }
}

function answer(sql: string): RenderedQuery {
  return { sql, projection: { columns: [] }, isSmall: true };
}

function noSuchContext(): Error {
  return compilationError('002043', '02000', 'Object does not exist, or operation cannot be performed.');
}

async function demandRelation({ connection, catalog }: QueryRun, table: TableName): Promise<void> {
  if ((await catalog.relationKind(connection, table)) !== undefined) return;
  if (!(await catalog.hasSchema(connection, table))) throw missingObject('Schema', `${table.database}.${table.schema}`);
  throw missingObject('Object', showTable(table));
}
