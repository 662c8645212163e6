import type { CallContext, Clock } from '@snowmelt/core/ports';
import type { Authenticator, Credentials } from '../auth/credentials.ts';
import { type Exchanged, type ExchangeRequest, exchange } from './exchange.ts';
import type { HttpAnswer } from './http-request.ts';
import { type Outcome, withRetries } from './retry.ts';
import type { RequestPlace } from './source-errors.ts';

/** For whom a statement runs: shown in Snowflake's query history and in errors. */
export interface StatementContext extends CallContext {
  readonly dataset?: string;
}

/** A request of the SQL API. `resendUrl`: where a resend must say that it is one. */
export interface SqlApiRequest extends Pick<ExchangeRequest, 'method' | 'url' | 'body'> {
  readonly resendUrl?: string;
}

/** Sends requests until they are answered, with a token that is valid at each try. */
export interface RequestSender {
  send<T>(request: SqlApiRequest, context: StatementContext, read: (answer: HttpAnswer) => Promise<T>): Promise<T>;
  /** Names the server and the dataset for errors. */
  placeOf(context: StatementContext): RequestPlace;
}

const HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json',
  'User-Agent': 'snowmelt',
};

/** What a sender works with. */
export interface RequestSenderOptions {
  readonly host: string;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly idleTimeoutMs?: number | undefined;
}

/** Makes a sender for one server. */
export function requestSender(options: RequestSenderOptions): RequestSender {
  const { host, clock } = options;
  const placeOf = ({ dataset }: StatementContext): RequestPlace => ({ host, at: dataset === undefined ? {} : { dataset } });
  return {
    placeOf,
    send({ resendUrl, ...request }, context, read) {
      const { signal } = context;
      const renewals = { left: 1 };
      const attempt = (tried: number) => {
        const url = tried > 0 ? (resendUrl ?? request.url) : request.url;
        return withRenewal(options.authenticator, renewals, request.method, (headers) =>
          exchange({ ...request, url, headers, place: placeOf(context), signal, idleTimeoutMs: options.idleTimeoutMs }, read),
        );
      };
      return withRetries(attempt, { clock, signal });
    },
  };
}

// A token can end in the middle of a run: whatever was refused once is asked for again with a new one, if there is a new one.
async function withRenewal<T>(
  authenticator: Authenticator,
  renewals: { left: number },
  method: 'GET' | 'POST',
  send: (headers: Readonly<Record<string, string>>) => Promise<Exchanged<T>>,
): Promise<Outcome<T>> {
  const credentials = await authenticator.credentials();
  const exchanged = await send(headersFor(credentials));
  if (exchanged.kind !== 'refused') return exchanged;
  authenticator.refused(credentials.token);
  const next = await authenticator.credentials();
  if (renewals.left > 0 && next.token !== credentials.token) {
    renewals.left -= 1;
    return await withRenewal(authenticator, renewals, method, send);
  }
  // Results are kept by another service than the one that accepted the statement, and it may be behind for a moment.
  if (exchanged.status === 403 && method === 'GET') return { kind: 'again', error: exchanged.error };
  throw exchanged.error;
}

function headersFor({ type, token }: Credentials): Readonly<Record<string, string>> {
  return { ...HEADERS, 'X-Snowflake-Authorization-Token-Type': type, Authorization: `Bearer ${token}` };
}
