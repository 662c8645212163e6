import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Clock, isSnowmeltError, type SnowmeltError, type SqlText } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { HttpAnswer } from './http-request.ts';
import { queryTag } from './query-tag.ts';
import { readJson } from './read-json.ts';
import type { RequestSender, SqlApiRequest, StatementContext } from './request-sender.ts';
import { parseHandle, parseResultMetadata, parseResultRows, type ResultMetadata } from './result-metadata.ts';
import type { Slots } from './slots.ts';
import { protocolError, type RequestPlace } from './source-errors.ts';

/** A small result, in memory. Cells are text or null. */
export interface SmallResult extends ResultMetadata {
  readonly data: readonly (readonly (string | null)[])[];
}

/** Consumes an answer's bytes. Called again from the start when the connection broke underway. */
export type BodyReader<T> = (body: AsyncIterable<Uint8Array>) => Promise<T>;

/** Is told a statement's handle before it is waited for. */
export type OnRunning = (handle: string) => Promise<void>;

/** Snowflake's SQL API, version 2. All methods throw `source/*` and, when stopped, `run/interrupted`. */
export interface SqlApiClient {
  /** Runs a statement whose result is small. */
  query(sql: SqlText, context: StatementContext): Promise<SmallResult>;
  /** Runs a statement and hands the finished answer, which may be large, to `read`. */
  execute<T>(sql: SqlText, context: StatementContext, read: BodyReader<T>): Promise<T>;
  /** Waits for a statement that was sent before, perhaps by another process, and hands its answer to `read`. */
  attach<T>(handle: string, context: StatementContext, read: BodyReader<T>): Promise<T>;
  /** Runs a statement that takes long and whose result is small. */
  longQuery(sql: SqlText, context: StatementContext, onRunning: OnRunning): Promise<SmallResult>;
  /** {@link SqlApiClient.attach} for a small result. */
  attachQuery(handle: string, context: StatementContext): Promise<SmallResult>;
  /** Hands one further partition of a finished statement's result to `read`. */
  readPartition<T>(handle: string, index: number, context: StatementContext, read: BodyReader<T>): Promise<T>;
  /** Names the server and the dataset for errors. */
  placeOf(context: StatementContext): RequestPlace;
  /** The error for an answer that does not have the API's shape. */
  unexpected(context: StatementContext, what: string): SnowmeltError;
}

/** What a client needs. `url`: without a slash at the end; `tag`: a name for the run in Snowflake's query history. */
export interface SqlApiOptions {
  readonly connection: SnowflakeConnection;
  readonly url: string;
  readonly sender: RequestSender;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly slots: Slots;
  readonly tag?: string | undefined;
}

type Answer<T> = { readonly kind: 'running'; readonly handle: string } | { readonly kind: 'finished'; readonly value: T };

// Small results are there within milliseconds; long ones are asked for rarely.
const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 3_000;
const CANCEL_TIMEOUT_MS = 5_000;

/** Makes a client; nothing is sent before its first use. */
export function sqlApiClient(options: SqlApiOptions): SqlApiClient {
  const { sender } = options;
  return {
    query: (sql, context) => inSlot(options, context, () => run(options, { sql, wait: true }, context, smallResultReader(sender, context))),
    execute: (sql, context, read) => inSlot(options, context, () => run(options, { sql, wait: false }, context, read)),
    attach: (handle, context, read) => inSlot(options, context, () => take(options, handle, context, read)),
    longQuery: (sql, context, onRunning) =>
      inSlot(options, context, () => run(options, { sql, wait: false, onRunning }, context, smallResultReader(sender, context))),
    attachQuery: (handle, context) => inSlot(options, context, () => take(options, handle, context, smallResultReader(sender, context))),
    readPartition(handle, index, context, read) {
      const url = `${statementUrl(options, handle)}?partition=${index}`;
      return sender.send({ method: 'GET', url }, context, (answer) => read(answer.body));
    },
    placeOf: sender.placeOf,
    unexpected: (context, what) => protocolError(sender.placeOf(context), what),
  };
}

function statementUrl({ url }: SqlApiOptions, handle: string): string {
  return `${url}/api/v2/statements/${encodeURIComponent(handle)}`;
}

function inSlot<T>({ slots }: SqlApiOptions, { signal }: StatementContext, act: () => Promise<T>): Promise<T> {
  return slots.run(signal, act);
}

interface Submission {
  readonly sql: SqlText;
  /** False: Snowflake answers at once with the handle. */
  readonly wait: boolean;
  readonly onRunning?: OnRunning | undefined;
}

async function run<T>(options: SqlApiOptions, submission: Submission, context: StatementContext, read: BodyReader<T>): Promise<T> {
  const onAnswer = answerReader(options.sender, context, read);
  // With the same requestId a resend gets the first answer and runs nothing twice.
  const url = `${options.url}/api/v2/statements?requestId=${randomUUID()}`;
  const post = { method: 'POST' as const, resendUrl: `${url}&retry=true`, body: statementBody(options, submission.sql, context) };
  const sent = submission.wait ? { ...post, url } : { ...post, url: `${url}&async=true`, resendUrl: `${post.resendUrl}&async=true` };
  let answer: Answer<T>;
  try {
    answer = await options.sender.send(sent, context, onAnswer);
    if (answer.kind === 'running') await submission.onRunning?.(answer.handle);
  } catch (error) {
    if (context.signal.aborted) await cancelUnanswered(options, { ...post, url: `${post.resendUrl}&async=true` }, context);
    throw error;
  }
  return await follow(options, answer, context, onAnswer);
}

function take<T>(options: SqlApiOptions, handle: string, context: StatementContext, read: BodyReader<T>): Promise<T> {
  return follow(options, { kind: 'running', handle }, context, answerReader(options.sender, context, read));
}

async function follow<T>(
  options: SqlApiOptions,
  first: Answer<T>,
  context: StatementContext,
  onAnswer: (answer: HttpAnswer) => Promise<Answer<T>>,
): Promise<T> {
  let answer = first;
  for (let waitMs = FIRST_POLL_MS; answer.kind === 'running'; waitMs = Math.min(waitMs * 2, LONGEST_POLL_MS)) {
    const { handle } = answer;
    try {
      await options.clock.sleep(waitMs, context.signal);
      answer = await options.sender.send({ method: 'GET', url: statementUrl(options, handle) }, context, onAnswer);
    } catch (error) {
      if (context.signal.aborted) await cancel(options, handle, context);
      throw error;
    }
  }
  return answer.value;
}

function answerReader<T>(sender: RequestSender, context: StatementContext, read: BodyReader<T>) {
  return async ({ status, body }: HttpAnswer): Promise<Answer<T>> => {
    if (status === 200) return { kind: 'finished', value: await read(body) };
    const place = sender.placeOf(context);
    const handle = parseHandle(await readJson(body, place));
    if (handle === undefined) throw protocolError(place, 'a running statement without a handle');
    return { kind: 'running', handle };
  };
}

// The handle of a statement that has not been answered is learnt by sending it again: under the same id it runs only once.
async function cancelUnanswered(options: SqlApiOptions, resend: SqlApiRequest, context: StatementContext): Promise<void> {
  await withoutFail(context, async (patient) => {
    const handle = await options.sender.send(resend, patient, async ({ status, body }) => {
      const answer = await buffer(body);
      return status === 202 ? parseHandle(JSON.parse(answer.toString('utf8'))) : undefined;
    });
    if (handle !== undefined) await sendCancel(options, handle, patient);
  });
}

function cancel(options: SqlApiOptions, handle: string, context: StatementContext): Promise<void> {
  return withoutFail(context, (patient) => sendCancel(options, handle, patient));
}

async function sendCancel(options: SqlApiOptions, handle: string, context: StatementContext): Promise<void> {
  await options.sender.send({ method: 'POST', url: `${statementUrl(options, handle)}/cancel` }, context, async ({ body }) => {
    await buffer(body);
  });
}

// The statement may have ended by itself; the caller is told what stopped it in any case.
async function withoutFail(context: StatementContext, act: (patient: StatementContext) => Promise<void>): Promise<void> {
  try {
    await act({ ...context, signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) });
  } catch (error) {
    if (!isSnowmeltError(error) && !(error instanceof SyntaxError)) throw error;
  }
}

function statementBody({ connection, tag }: SqlApiOptions, sql: SqlText, context: StatementContext): string {
  const { database, schema, warehouse, role, statementTimeout: timeout } = connection;
  const parameters = { TIMEZONE: 'UTC', QUERY_TAG: queryTag(tag, context) };
  return JSON.stringify({ statement: sql, timeout, database, schema, warehouse, role, parameters });
}

function smallResultReader(sender: RequestSender, context: StatementContext): BodyReader<SmallResult> {
  return async (body) => {
    const place = sender.placeOf(context);
    const answer = await readJson(body, place);
    const metadata = parseResultMetadata(answer);
    const data = parseResultRows(answer);
    if (metadata === undefined || data === undefined) throw protocolError(place, 'a result without metadata or rows');
    return { ...metadata, data };
  };
}
