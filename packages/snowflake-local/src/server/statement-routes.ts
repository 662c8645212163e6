import { randomUUID } from 'node:crypto';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { Session } from '../sql/session.ts';
import type { Statement, StatementRegistry } from '../statements/statement-registry.ts';
import { waitFor } from '../statements/wait-for.ts';
import { type Answer, cancelAnswer, failureAnswer, partitionAnswer, resultAnswer, runningAnswer } from './answers.ts';
import { badRequest, parseStatementBody, type StatementBody } from './statement-request.ts';

/** A request whose sender is known. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: string;
  readonly body: () => Promise<string>;
}

/** What the routes of the SQL API work with. */
export interface StatementRoutesOptions {
  readonly registry: StatementRegistry;
  readonly account: string;
  readonly databaseName: string;
  readonly schema: string;
  readonly now: () => Date;
  /** How long a synchronous request waits before it answers that the statement is still running. */
  readonly waitMs: number;
}

const HANDLE = '[0-9A-Za-z-]{1,64}';
const COLLECTION = /^\/api\/v2\/statements\/?$/;
const ONE = new RegExp(`^/api/v2/statements/(${HANDLE})/?$`);
const CANCEL = new RegExp(`^/api/v2/statements/(${HANDLE})/cancel/?$`);

/** Makes the routes under /api/v2/statements. @throws SnowflakeError for what is not there and for what went wrong */
export function statementRoutes(options: StatementRoutesOptions): (request: ApiRequest) => Promise<Answer> {
  const find = (handle: string, user: string): Statement => options.registry.find(handle, user) ?? unknownStatement(handle);
  return async (request) => {
    const { path, user } = request;
    if (COLLECTION.test(path)) {
      demandMethod(request, 'POST');
      return submit(request, options);
    }
    const [, cancelled] = CANCEL.exec(path) ?? [];
    if (cancelled !== undefined) {
      demandMethod(request, 'POST');
      return cancel(find(cancelled, user));
    }
    const [, handle] = ONE.exec(path) ?? [];
    if (handle === undefined) throw new SnowflakeError('390404', '02000', `There is no ${path}.`, { status: 404 });
    demandMethod(request, 'GET');
    return report(find(handle, user), partitionOf(request.query));
  };
}

async function submit({ query, user, body }: ApiRequest, options: StatementRoutesOptions): Promise<Answer> {
  if (query.get('nullable') === 'false') throw badRequest("'nullable=false' is not offered: a text 'null' and NULL would look the same.");
  const parsed = parseStatementBody(await body());
  const statement = options.registry.submit({
    text: parsed.statement,
    session: sessionOf(parsed, user, options),
    bindings: parsed.bindings,
    statementCount: parsed.statementCount,
    requestId: requestIdOf(query),
    timeoutMs: parsed.timeoutSeconds === undefined ? undefined : parsed.timeoutSeconds * 1000,
  });
  if (query.get('async') === 'true') return runningAnswer(statement);
  await waitFor(statement.over, options.waitMs);
  return report(statement, 0);
}

function sessionOf(body: StatementBody, user: string, { account, databaseName, schema, now }: StatementRoutesOptions): Session {
  const { database = databaseName } = body;
  if (database !== databaseName) {
    const message = `Object does not exist, or operation cannot be performed. (This server's database is ${databaseName}, not ${database}.)`;
    throw new SnowflakeError('002043', '02000', `SQL compilation error:\n${message}`);
  }
  return {
    account: account.toUpperCase(),
    user,
    role: body.role ?? 'PUBLIC',
    warehouse: body.warehouse,
    database,
    schema: body.schema ?? schema,
    now: now(),
  };
}

function requestIdOf(query: URLSearchParams): string {
  const requestId = query.get('requestId');
  if (requestId === null) return randomUUID();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(requestId)) throw badRequest("'requestId' must be a UUID.");
  return requestId.toLowerCase();
}

async function report(statement: Statement, partition: number): Promise<Answer> {
  const state = statement.state();
  switch (state.kind) {
    case 'running':
      return runningAnswer(statement);
    case 'failed':
      return failureAnswer(state.error, statement);
    default:
      return partition === 0 ? resultAnswer(statement, state.outcome) : partitionAnswer(state.outcome, partition);
  }
}

async function cancel(statement: Statement): Promise<Answer> {
  if (statement.state().kind !== 'running') {
    const message = 'The statement is over: there is nothing to cancel.';
    return failureAnswer(new SnowflakeError('000605', '57014', message), statement);
  }
  statement.cancel();
  await statement.over;
  return cancelAnswer(statement);
}

function partitionOf(query: URLSearchParams): number {
  const text = query.get('partition') ?? '0';
  if (!/^\d{1,9}$/.test(text)) throw badRequest("'partition' must be a number.");
  return Number(text);
}

function demandMethod({ method }: ApiRequest, allowed: string): void {
  if (method === allowed) return;
  throw new SnowflakeError('390405', '22000', `Method ${method} is not allowed here, ${allowed} is.`, { status: 405 });
}

function unknownStatement(handle: string): never {
  throw new SnowflakeError('000709', '02000', `Statement ${handle} not found`, { status: 404 });
}
