import { text } from 'node:stream/consumers';
import { isSnowmeltError, SnowmeltError } from '@snowmelt/core/ports';
import { type HttpAnswer, type HttpRequest, httpRequest } from './http-request.ts';
import type { Outcome } from './retry.ts';
import {
  authenticationError,
  type FailureAnswer,
  protocolError,
  type RequestPlace,
  statementError,
  throttledError,
  unreachableError,
} from './source-errors.ts';

/** What one try led to; `refused`: by the credentials, of which there may be newer ones. */
export type Exchanged<T> = Outcome<T> | { readonly kind: 'refused'; readonly error: SnowmeltError; readonly status: number };

/** One request of the SQL API. */
export interface ExchangeRequest extends HttpRequest {
  readonly place: RequestPlace;
}

/**
 * Sends one request and lets `read` consume a good answer; tells whether a failure is worth another try.
 * @throws source/*, lake/disk-full, run/interrupted
 */
export async function exchange<T>(request: ExchangeRequest, read: (answer: HttpAnswer) => Promise<T>): Promise<Exchanged<T>> {
  const { place, signal } = request;
  try {
    const answer = await httpRequest(request);
    if (answer.status === 200 || answer.status === 202) return { kind: 'done', value: await read(answer) };
    return failedOutcome(place, answer, parseFailure(await text(answer.body)));
  } catch (error) {
    if (isSnowmeltError(error)) throw error;
    if (signal.aborted) throw new SnowmeltError('run/interrupted', { message: 'Reading from Snowflake was stopped.', at: place.at });
    return brokenOutcome(place, error);
  }
}

function failedOutcome(place: RequestPlace, { status, retryAfter }: HttpAnswer, answer: FailureAnswer): Exchanged<never> {
  const seconds = Number(retryAfter ?? Number.NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? { waitMs: seconds * 1000 } : {};
  if (status === 429) return { kind: 'again', error: throttledError(place), ...wait };
  if (status >= 500) return { kind: 'again', error: unreachableError(place, `HTTP ${status}`), ...wait };
  if (status === 401 || status === 403) return { kind: 'refused', error: authenticationError(place, status, answer), status };
  // 408 is the statement's own time limit, not that of the request.
  if (status === 422 || status === 408) throw statementError(place, answer);
  if (status === 400 && answer.code !== undefined) throw statementError(place, answer);
  throw protocolError(place, `HTTP ${status}`);
}

function parseFailure(body: string): FailureAnswer {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== 'object' || answer === null) return {};
    const code = 'code' in answer && typeof answer.code === 'string' ? { code: answer.code } : {};
    const message = 'message' in answer && typeof answer.message === 'string' ? { message: answer.message.replace(/\s+/g, ' ') } : {};
    return { ...code, ...message };
  } catch {
    return {};
  }
}

function brokenOutcome(place: RequestPlace, cause: unknown): Outcome<never> {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code === 'ENOTFOUND') {
    throw unreachableError(place, 'there is no such host', { hint: "Check the source's `account` and `url`.", retry: 'never', cause });
  }
  if (code !== undefined && /CERT|SIGNATURE|ERR_TLS|ERR_SSL/.test(code)) {
    const hint = 'The certificate is not one that Node trusts. Behind a company proxy, name its root in NODE_EXTRA_CA_CERTS.';
    throw unreachableError(place, `TLS failed (${code})`, { hint, retry: 'never', cause });
  }
  const why = code ?? (cause instanceof Error ? cause.message : 'the connection broke');
  return { kind: 'again', error: unreachableError(place, why, { cause }) };
}
