import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Clock, isSnowmeltError, type SnowmeltError, type SqlText } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { HttpAnswer } from './http-request.ts';
import { readJson } from './read-json.ts';
import type { RequestSender, StatementContext } from './request-sender.ts';
import { parseHandle, parseResultMetadata, parseResultRows, type ResultMetadata } from './result-metadata.ts';
import { protocolError } from './source-errors.ts';

/** A small result, in memory. Cells are text or null. */
export interface SmallResult extends ResultMetadata {
  readonly data: readonly (readonly (string | null)[])[];
}

/** Consumes an answer's bytes. Called again from the start when the connection broke underway. */
export type BodyReader<T> = (body: AsyncIterable<Uint8Array>) => Promise<T>;

/** Snowflake's SQL API, version 2. All methods throw `source/*` and, when stopped, `run/interrupted`. */
export interface SqlApiClient {
  /** Runs a statement whose result is small. */
  query(sql: SqlText, context: StatementContext): Promise<SmallResult>;
  /** Runs a statement and hands the finished answer, which may be large, to `read`. */
  execute<T>(sql: SqlText, context: StatementContext, read: BodyReader<T>): Promise<T>;
  /** Hands one further partition of a finished statement's result to `read`. */
  readPartition<T>(handle: string, index: number, context: StatementContext, read: BodyReader<T>): Promise<T>;
  /** The error for an answer that does not have the API's shape. */
  unexpected(context: StatementContext, what: string): SnowmeltError;
}

/** What a client needs. `url`: without a slash at the end; `tag`: a name for the run in Snowflake's query history. */
export interface SqlApiOptions {
  readonly connection: SnowflakeConnection;
  readonly url: string;
  readonly sender: RequestSender;
  readonly clock: Pick<Clock, 'sleep'>;
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
    query: (sql, context) => run(options, { sql, wait: true }, context, smallResultReader(sender, context)),
    execute: (sql, context, read) => run(options, { sql, wait: false }, context, read),
    readPartition(handle, index, context, read) {
      const url = `${statementUrl(options, handle)}?partition=${index}`;
      return sender.send({ method: 'GET', url }, context, (answer) => read(answer.body));
    },
    unexpected: (context, what) => protocolError(sender.placeOf(context), what),
  };
}

function statementUrl({ url }: SqlApiOptions, handle: string): string {
  return `${url}/api/v2/statements/${encodeURIComponent(handle)}`;
}

// `wait: false` lets Snowflake answer at once with the handle, without which a statement cannot be cancelled.
async function run<T>(
  options: SqlApiOptions,
  statement: { readonly sql: SqlText; readonly wait: boolean },
  context: StatementContext,
  read: BodyReader<T>,
): Promise<T> {
  const onAnswer = answerReader(options.sender, context, read);
  // With the same requestId a resend gets the first answer and runs nothing twice.
  const url = `${options.url}/api/v2/statements?requestId=${randomUUID()}${statement.wait ? '' : '&async=true'}`;
  const body = statementBody(options, statement.sql, context);
  let answer = await options.sender.send({ method: 'POST', url, resendUrl: `${url}&retry=true`, body }, context, onAnswer);
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

async function cancel(options: SqlApiOptions, handle: string, context: StatementContext): Promise<void> {
  const patient = { ...context, signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) };
  try {
    await options.sender.send({ method: 'POST', url: `${statementUrl(options, handle)}/cancel` }, patient, async ({ body }) => {
      await buffer(body);
    });
  } catch (error) {
    // The statement may have ended by itself; the caller is told what stopped it in any case.
    if (!isSnowmeltError(error)) throw error;
  }
}

function statementBody({ connection, tag }: SqlApiOptions, sql: SqlText, { attempt, dataset }: StatementContext): string {
  const { database, schema, warehouse, role } = connection;
  const parameters = { TIMEZONE: 'UTC', QUERY_TAG: JSON.stringify({ tool: 'snowmelt', run: tag, attempt, dataset }) };
  return JSON.stringify({ statement: sql, database, schema, warehouse, role, parameters });
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
