import { randomUUID } from 'node:crypto';
import { isSnowmeltError, type SnowmeltError, type SqlText } from '@snowmelt/core/ports';
import { textOf } from './answer-fields.ts';
import { type ChunkReader, chunkReader } from './chunk-reader.ts';
import { queryTag } from './query-tag.ts';
import type { StatementContext } from './request-sender.ts';
import { lazySession, type Session } from './session.ts';
import { type SessionAnswer, type SessionRequest, sessionPlace } from './session-exchange.ts';
import type { SessionLoginOptions } from './session-login.ts';
import { parseSessionResult, type SessionResult } from './session-result.ts';
import type { Slots } from './slots.ts';
import { protocolError, type RequestPlace } from './source-errors.ts';

/** The protocol that Snowflake's own drivers speak. All methods throw `source/*` and, when stopped, `run/interrupted`. */
export interface SessionClient {
  /** Keeps the session open until `act` has ended; the last to end closes it. */
  hold<T>(act: () => Promise<T>): Promise<T>;
  /** Runs a statement and waits for it. */
  execute(sql: SqlText, context: StatementContext): Promise<SessionResult>;
  /** Waits for a statement that was sent before, perhaps by another process. */
  attach(handle: string, context: StatementContext): Promise<SessionResult>;
  /** Gives the reader of a result's chunks. */
  chunksOf(result: SessionResult): ChunkReader;
  /** The error for an answer that does not have the protocol's shape. */
  unexpected(context: StatementContext, what: string): SnowmeltError;
}

/** What a client needs. `tag`: a name for the run in Snowflake's query history. */
export interface SessionClientOptions extends SessionLoginOptions {
  readonly slots: Slots;
  readonly tag?: string | undefined;
}

interface Tools extends SessionClientOptions {
  readonly session: Session;
}

const RUNNING = new Set(['333333', '333334']);
const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 3_000;
const CANCEL_TIMEOUT_MS = 5_000;

/** Makes a client; nothing is sent before its first use. */
export function sessionClient(options: SessionClientOptions): SessionClient {
  const tools = { ...options, session: lazySession(options) };
  const { session, slots, clock, idleTimeoutMs } = tools;
  const take = (handle: string, context: StatementContext) => fetchResult(tools, handle, context);
  return {
    hold: session.hold,
    execute: (sql, context) => slots.run(context.signal, () => run(tools, sql, context)),
    attach: (handle, context) => slots.run(context.signal, () => take(handle, context)),
    chunksOf: (first) => chunkReader({ first, again: (context) => take(first.handle, context), clock, idleTimeoutMs }),
    unexpected: (context, what) => protocolError(placeOf(tools, context), what),
  };
}

function placeOf(tools: Tools, context: StatementContext): RequestPlace {
  return sessionPlace(tools, context);
}

function run(tools: Tools, sql: SqlText, context: StatementContext): Promise<SessionResult> {
  // With the same requestId a resend gets the first answer and runs nothing twice.
  const requestId = randomUUID();
  const parameters = { QUERY_TAG: queryTag(tools.tag, context) };
  const body = { sqlText: sql, asyncExec: false, disableOfflineChunks: false, queryContextDTO: { entries: [] }, parameters };
  const request = { method: 'POST' as const, path: `/queries/v1/query-request?requestId=${requestId}`, body };
  const stop = { method: 'POST' as const, path: `/queries/v1/abort-request?requestId=${randomUUID()}`, body: { requestId } };
  return follow(tools, request, stop, context);
}

function fetchResult(tools: Tools, handle: string, context: StatementContext): Promise<SessionResult> {
  const query = `/queries/${encodeURIComponent(handle)}`;
  const stop = { method: 'POST' as const, path: `${query}/abort-request?requestId=${randomUUID()}`, body: {} };
  return follow(tools, { method: 'GET', path: `${query}/result?disableOfflineChunks=false` }, stop, context);
}

/** Sends a request about a statement and asks on while it runs. When stopped, it sends `stop`. */
async function follow(tools: Tools, first: SessionRequest, stop: SessionRequest, context: StatementContext): Promise<SessionResult> {
  const { session, clock } = tools;
  try {
    let answer = await session.send(first, context);
    for (let waitMs = FIRST_POLL_MS; RUNNING.has(answer.code ?? ''); waitMs = Math.min(waitMs * 2, LONGEST_POLL_MS)) {
      const path = resultPath(answer);
      if (path === undefined) throw protocolError(placeOf(tools, context), 'a running statement without the place of its result');
      await clock.sleep(waitMs, context.signal);
      answer = await session.send({ method: 'GET', path }, context);
    }
    const result = parseSessionResult(answer.data);
    if (result === undefined) throw protocolError(placeOf(tools, context), 'a result that does not consist of rows of texts');
    return result;
  } catch (error) {
    if (context.signal.aborted && session.isOpen()) await cancel(session, stop, context);
    throw error;
  }
}

// The session's token goes along, so it must be on the same server.
function resultPath({ data }: SessionAnswer): string | undefined {
  const path = textOf(data, 'getResultUrl');
  return path !== undefined && /^\/(?!\/)/.test(path) ? path : undefined;
}

// The statement may have ended by itself; the caller is told what stopped it in any case.
async function cancel(session: Session, stop: SessionRequest, context: StatementContext): Promise<void> {
  try {
    await session.send(stop, { ...context, signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) });
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
  }
}
