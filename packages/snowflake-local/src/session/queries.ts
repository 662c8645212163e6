import { randomUUID } from 'node:crypto';
import { SnowflakeError, unsupported } from '../errors/snowflake-error.ts';
import type { Answer } from '../server/answers.ts';
import type { Statement, StatementRegistry } from '../statements/statement-registry.ts';
import { waitFor } from '../statements/wait-for.ts';
import { readBindings, withoutValues } from './array-bindings.ts';
import type { ChunkServer } from './chunks.ts';
import { outcomeAnswer, pendingAnswer, refusalAnswer, successAnswer } from './session-answer.ts';
import { type CommandPlace, readSessionCommand, type SessionState } from './session-command.ts';
import { timeoutOf, withParameters } from './session-parameters.ts';
import type { ClientSession } from './session-registry.ts';
import { type Fields, isPresentField, readFields, type SessionRequest, textOf } from './session-request.ts';

/** What statements of sessions are run with. */
export interface QueryOptions extends CommandPlace {
  readonly registry: StatementRegistry;
  readonly chunks: ChunkServer;
  readonly account: string;
  readonly now: () => Date;
  /** How long an answer may wait for the statement. */
  readonly waitMs: number;
}

const DONE = 'SELECT \'Statement executed successfully.\' AS "status"';

// How drivers fetch the whole result of a statement that ran on its own.
const RESULT_SCAN = /^\s*SELECT\s+\*\s+FROM\s+TABLE\s*\(\s*RESULT_SCAN\s*\(\s*'([0-9a-f-]{36})'\s*\)\s*\)\s*;?\s*$/i;

/** Runs a statement. The answer waits for it, unless it is to run on its own. @throws SnowflakeError */
export async function runQuery(request: SessionRequest, session: ClientSession, options: QueryOptions): Promise<Answer> {
  const body = await readFields(request);
  const text = textOf(body['sqlText']);
  if (text === undefined) throw new SnowflakeError('000900', '42601', 'SQL compilation error:\nEmpty SQL statement.');
  const [, scanned] = RESULT_SCAN.exec(text) ?? [];
  if (scanned !== undefined) return fetchResult(scanned, request, session, options);
  const refused = ['bindStage', 'dataframeAst'].find((name) => isPresentField(body[name]));
  if (refused !== undefined) throw unsupported(refused);
  const isDescribeOnly = body['describeOnly'] === true;
  const command = isDescribeOnly ? undefined : readSessionCommand(text, session, options);
  const parameters = withParameters(session.parameters, body['parameters']);
  // Run where the session will be, so a schema that is not there fails the statement and leaves the session as it is.
  const state = command === undefined ? { ...session, parameters } : command;
  const statement = submit(command === undefined ? text : DONE, { request, session, state, body, isDescribeOnly, options });
  if (command !== undefined) {
    await statement.over;
    if (statement.state().kind === 'done') Object.assign(session, { context: command.context, parameters: command.parameters });
  }
  if (body['asyncExec'] === true) return pendingAnswer(statement, true);
  await waitFor(statement.over, options.waitMs);
  return report(statement, session, request, options);
}

interface Submitted {
  readonly request: SessionRequest;
  readonly session: ClientSession;
  readonly state: SessionState;
  readonly body: Fields;
  readonly isDescribeOnly: boolean;
  readonly options: QueryOptions;
}

function submit(text: string, { request, session, state, body, isDescribeOnly, options }: Submitted): Statement {
  const { account, now, registry } = options;
  return registry.submit({
    ...(isDescribeOnly && !isPresentField(body['bindings']) ? withoutValues(text) : readBindings(text, body['bindings'])),
    session: { account: account.toUpperCase(), user: session.user, ...state.context, now: now() },
    requestId: request.query.get('requestId')?.toLowerCase() ?? randomUUID(),
    timeoutMs: timeoutOf(state.parameters),
    format: 'session',
    isDescribeOnly,
  });
}

/** Gives the result of a statement, or says that it still runs. @throws SnowflakeError */
export async function fetchResult(handle: string, request: SessionRequest, session: ClientSession, options: QueryOptions): Promise<Answer> {
  const statement = options.registry.find(handle, session.user, 'session');
  if (statement === undefined) throw new SnowflakeError('000709', '02000', `Statement ${handle} not found`);
  await waitFor(statement.over, options.waitMs);
  return report(statement, session, request, options);
}

/** Stops a statement. @throws SnowflakeError if it does not run */
export async function abortQuery(statement: Statement | undefined): Promise<Answer> {
  if (statement?.state().kind !== 'running') {
    throw new SnowflakeError('000605', '57014', 'Identified SQL statement is not currently executing.');
  }
  statement.cancel();
  await statement.over;
  return successAnswer();
}

async function report(statement: Statement, session: ClientSession, { header }: SessionRequest, options: QueryOptions): Promise<Answer> {
  const state = statement.state();
  switch (state.kind) {
    case 'running':
      return pendingAnswer(statement, false);
    case 'failed':
      return refusalAnswer(state.error, statement);
    default:
      return outcomeAnswer(statement, state.outcome, session, options.chunks.at(header('host') ?? '127.0.0.1'));
  }
}
