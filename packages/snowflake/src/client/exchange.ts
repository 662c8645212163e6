import { isSnowmeltError, SnowmeltError } from '@snowmelt/core/ports';
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

/** One request of the SQL API. */
export interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly place: RequestPlace;
  readonly signal: AbortSignal;
}

/**
 * Sends one request and lets `read` consume a good answer; tells whether a failure is worth another try.
 * @throws source/*, lake/disk-full, run/interrupted
 */
export async function exchange<T>(request: ExchangeRequest, read: (response: Response) => Promise<T>): Promise<Outcome<T>> {
  const { method, url, headers, body, signal, place } = request;
  try {
    const response = await fetch(url, { method, headers, signal, redirect: 'manual', ...(body === undefined ? {} : { body }) });
    if (response.status === 200 || response.status === 202) return { kind: 'done', value: await read(response) };
    return failedOutcome(place, response, await failureAnswer(response));
  } catch (error) {
    if (isSnowmeltError(error)) throw error;
    if (signal.aborted) throw new SnowmeltError('run/interrupted', { message: 'Reading from Snowflake was stopped.', at: place.at });
    return brokenOutcome(place, error);
  }
}

function failedOutcome(place: RequestPlace, response: Response, answer: FailureAnswer): Outcome<never> {
  const { status } = response;
  const wait = retryAfter(response);
  if (status === 429) return { kind: 'again', error: throttledError(place), ...wait };
  if (status >= 500) return { kind: 'again', error: unreachableError(place, `HTTP ${status}`), ...wait };
  if (status === 401 || status === 403) throw authenticationError(place, status, answer);
  // 408: the statement's own time limit, not that of the request.
  if (status === 422 || status === 408) throw statementError(place, answer);
  if (status === 400 && answer.code !== undefined) throw statementError(place, answer);
  throw protocolError(place, `HTTP ${status}`);
}

function retryAfter(response: Response): { readonly waitMs?: number } {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { waitMs: seconds * 1000 } : {};
}

async function failureAnswer(response: Response): Promise<FailureAnswer> {
  try {
    const body: unknown = JSON.parse(await response.text());
    if (typeof body !== 'object' || body === null) return {};
    const code = 'code' in body && typeof body.code === 'string' ? { code: body.code } : {};
    const message = 'message' in body && typeof body.message === 'string' ? { message: body.message.replace(/\s+/g, ' ') } : {};
    return { ...code, ...message };
  } catch {
    return {};
  }
}

// fetch hides the network's own error in `cause`, sometimes twice.
function brokenOutcome(place: RequestPlace, error: unknown): Outcome<never> {
  const code = errorCode(error);
  if (code === 'ENOTFOUND') {
    throw unreachableError(place, 'there is no such host', {
      hint: "Check the source's `account` and `url`.",
      retry: 'never',
      cause: error,
    });
  }
  if (code !== undefined && /CERT|SIGNATURE|ERR_TLS|ERR_SSL/.test(code)) {
    const hint = 'The certificate is not one that Node trusts. Behind a company proxy, name its root in NODE_EXTRA_CA_CERTS.';
    throw unreachableError(place, `TLS failed (${code})`, { hint, retry: 'never', cause: error });
  }
  return { kind: 'again', error: unreachableError(place, code ?? 'the connection broke', { cause: error }) };
}

function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; depth < 4 && at instanceof Error; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}
