import type { SnowflakeError } from '../errors/snowflake-error.ts';
import { demandResult, readPartition } from '../results/read-partition.ts';
import type { Answer } from '../server/answers.ts';
import type { StatementOutcome } from '../statements/run-statement.ts';
import type { Statement } from '../statements/statement-registry.ts';
import type { ChunkPlace } from './chunks.ts';
import type { SessionState } from './session-command.ts';
import { shownParameters } from './session-parameters.ts';
import type { Fields } from './session-request.ts';

const IN_PROGRESS = '333333';
const IN_PROGRESS_ASYNC = '333334';

const STATEMENT_TYPES: Readonly<Record<StatementOutcome['action'], number>> = {
  query: 0x1000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  unload: 0x3700,
  truncate: 0x6000,
  definition: 0x6000,
};

/** The answer to a request that did what was asked. */
export function successAnswer(data: Fields | null = null): Answer {
  return json({ data, code: null, message: null, success: true });
}

/** The answer to a request that failed. Drivers look at the body only: the status is 200. */
export function refusalAnswer({ code, sqlState, message }: SnowflakeError, statement?: Statement): Answer {
  const queryId = statement?.handle ?? '';
  const place = { internalError: false, errorCode: code, age: 0, sqlState, queryId, line: -1, pos: -1, type: 'COMPILATION' };
  return json({ data: place, code, message, success: false, headers: null });
}

/** The answer of a statement that is not over yet. */
export function pendingAnswer({ handle }: Statement, isAsync: boolean): Answer {
  const data = { queryId: handle, getResultUrl: `/queries/${handle}/result`, queryAbortsAfterSecs: 300, progressDesc: null };
  const code = isAsync ? IN_PROGRESS_ASYNC : IN_PROGRESS;
  return json({ data, code, message: 'Query execution in progress.', success: true });
}

/** The answer of a statement that is over: its columns, its first rows, and where the others are. */
export async function outcomeAnswer(
  statement: Statement,
  { action, result, stats }: StatementOutcome,
  session: SessionState,
  chunks: ChunkPlace,
): Promise<Answer> {
  demandResult(result);
  const total = result.partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const { context } = session;
  const head = JSON.stringify({
    parameters: shownParameters(session.parameters),
    rowtype: result.columns,
    total,
    returned: total,
    queryId: statement.handle,
    databaseProvider: null,
    finalDatabaseName: context.database,
    finalSchemaName: context.schema,
    finalWarehouseName: context.warehouse ?? null,
    finalRoleName: context.role,
    numberOfBinds: 0,
    arrayBindSupported: false,
    statementTypeId: STATEMENT_TYPES[action],
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: 'json',
    ...(stats === undefined ? {} : { stats }),
    ...chunks.describe(statement, result.partitions),
  });
  const rows = await readPartition(result, 0);
  const tail = '},"code":null,"message":null,"success":true}';
  const body = Buffer.concat([Buffer.from(`{"data":${head.slice(0, -1)},"rowset":[`), rows, Buffer.from(`]${tail}`)]);
  return { kind: 'json', status: 200, body };
}

/** The answer to the question where a statement stands. */
export function monitoringAnswer(statement: Statement | undefined): Answer {
  if (statement === undefined) return successAnswer({ queries: [] });
  const state = statement.state();
  const about = { id: statement.handle, state: state.kind === 'running' ? 'RUNNING' : 'SUCCEEDED', startTime: statement.createdOn };
  switch (state.kind) {
    case 'running':
      return successAnswer({ queries: [{ ...about, status: 'RUNNING' }] });
    case 'failed': {
      const { code, message } = state.error;
      return successAnswer({
        queries: [{ ...about, state: 'FAILED', status: 'FAILED_WITH_ERROR', errorCode: code, errorMessage: message }],
      });
    }
    default:
      return successAnswer({ queries: [{ ...about, status: 'SUCCESS' }] });
  }
}

function json(body: Fields): Answer {
  return { kind: 'json', status: 200, body: JSON.stringify(body) };
}
