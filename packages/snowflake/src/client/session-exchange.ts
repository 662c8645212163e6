import { randomUUID } from 'node:crypto';
import { memberOf, textOf } from './answer-fields.ts';
import { exchange } from './exchange.ts';
import { readJson } from './read-json.ts';
import type { StatementContext } from './request-sender.ts';
import type { Outcome } from './retry.ts';
import type { FailureAnswer, RequestPlace } from './source-errors.ts';

/** A request of the session protocol. `path`: with its query. */
export interface SessionRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

/** What was answered; failures come with HTTP status 200, too. */
export interface SessionAnswer extends FailureAnswer {
  readonly isSuccess: boolean;
  readonly data: unknown;
}

/** Where requests go. `url`: without a slash at the end. */
export interface SessionServer {
  readonly url: string;
  readonly idleTimeoutMs?: number | undefined;
}

const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/snowflake', 'User-Agent': 'snowmelt' };

/** Names the server and the dataset for errors. */
export function sessionPlace({ url }: SessionServer, { dataset }: StatementContext): RequestPlace {
  return { host: new URL(url).host, at: dataset === undefined ? {} : { dataset }, protocol: 'session protocol' };
}

/** Sends one request, once. @throws source/*, run/interrupted */
export async function exchangeInSession(
  server: SessionServer,
  { method, path, body }: SessionRequest,
  context: StatementContext,
  token?: string,
): Promise<Outcome<SessionAnswer>> {
  const url = new URL(`${server.url}${path}`);
  // Names the try, as `requestId` names the request.
  url.searchParams.set('request_guid', randomUUID());
  const place = sessionPlace(server, context);
  const exchanged = await exchange(
    {
      method,
      url: url.href,
      headers: token === undefined ? HEADERS : { ...HEADERS, Authorization: `Snowflake Token="${token}"` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: context.signal,
      idleTimeoutMs: server.idleTimeoutMs,
      place,
    },
    async (answer) => parseAnswer(await readJson(answer.body, place)),
  );
  if (exchanged.kind !== 'refused') return exchanged;
  // Whose token is wrong is told with status 200: this comes from a service in between.
  return { kind: 'again', error: exchanged.error };
}

function parseAnswer(answer: unknown): SessionAnswer {
  const code = textOf(answer, 'code');
  const message = textOf(answer, 'message')?.replace(/\s+/g, ' ');
  return {
    isSuccess: memberOf(answer, 'success') === true,
    data: memberOf(answer, 'data'),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  };
}
