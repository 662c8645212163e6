import type { DuckDBConnection } from '@duckdb/node-api';
import type { Database } from '../database/open-database.ts';
import { fromDuckdb } from '../errors/from-duckdb.ts';
import { compilationError, missingObject } from '../errors/snowflake-error.ts';
import type { PartitionLimits } from '../results/partition-writer.ts';
import { describeResult, type QueryRun, type RenderedQuery, renderQuery, type StoredResult } from '../results/render-query.ts';
import type { ResultFormat } from '../results/result-format.ts';
import type { ResultPlace } from '../results/result-store.ts';
import type { Binding } from '../sql/bindings.ts';
import { showTable, type TableName } from '../sql/identifiers.ts';
import type { Session } from '../sql/session.ts';
import { translate } from '../sql/statements/translate.ts';
import type { TranslatedChange, TranslatedStatement } from '../sql/statements/translated.ts';
import { changeAnswer, runChange, statusQuery } from './run-change.ts';
import { runDefinition } from './run-definition.ts';

/** A statement and for whom it runs. */
export interface StatementRequest {
  readonly text: string;
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
  readonly action: 'query' | 'definition' | TranslatedChange['action'];
  readonly result: StoredResult;
  readonly stats?: ChangeStatistics;
}

/** What statements run on. */
export interface StatementTools {
  readonly database: Database;
  readonly limits: PartitionLimits;
}

/** Translates a statement, runs it and stores its result. Aborting `signal` interrupts it. @throws SnowflakeError */
export async function runStatement(
  request: StatementRequest,
  place: ResultPlace,
  signal: AbortSignal,
  { database, limits }: StatementTools,
): Promise<StatementOutcome> {
  const statement = await translate(request.text, request.session, request.bindings);
  const { format = 'sql-api', isDescribeOnly = false } = request;
  const { connections, catalog, writing } = database;
  const run = (): Promise<StatementOutcome> =>
    connections.use((connection) =>
      interruptible(connection, signal, () => {
        const tools = { connection, catalog, place, limits, format };
        return runTranslated(statement, request.session, tools, isDescribeOnly);
      }),
    );
  return statement.kind === 'query' ? run() : writing(run);
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
  session: Session,
  run: QueryRun,
  isDescribeOnly: boolean,
): Promise<StatementOutcome> {
  const { connection, catalog } = run;
  if (!(await catalog.hasSchema(connection, session))) throw noSuchContext();
  for (const table of statement.tables) await demandRelation(run, table);
  if (isDescribeOnly) return describe(statement, run);
  switch (statement.kind) {
    case 'query':
      return { action: 'query', result: await renderQuery(statement, run) };
    case 'change': {
      const { sql, stats } = await runChange(connection, statement);
      return { action: statement.action, result: await renderQuery(answer(sql), run), stats };
    }
    default: {
      const sql = await runDefinition(connection, statement, catalog);
      return { action: 'definition', result: await renderQuery(answer(sql), run) };
    }
  }
}

async function describe(statement: TranslatedStatement, run: QueryRun): Promise<StatementOutcome> {
  switch (statement.kind) {
    case 'query':
      return { action: 'query', result: await describeResult(statement, run) };
    case 'change':
      return { action: statement.action, result: await describeResult(answer(changeAnswer(statement.action, 0).sql), run) };
    default:
      return { action: 'definition', result: await describeResult(answer(statusQuery('')), run) };
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
