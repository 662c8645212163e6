import type { CallContext, Clock } from '@snowmelt/core/ports';
import type { TokenProvider } from '../auth/key-pair.ts';
import { type ExchangeRequest, exchange } from './exchange.ts';
import type { HttpAnswer } from './http-request.ts';
import { withRetries } from './retry.ts';
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
  'X-Snowflake-Authorization-Token-Type': 'KEYPAIR_JWT',
  'Content-Type': 'application/json',
  Accept: 'application/json',
  'User-Agent': 'snowmelt',
};

/** Makes a sender for one server. */
export function requestSender(options: { readonly host: string; readonly tokens: TokenProvider; readonly clock: Clock }): RequestSender {
  const { host, tokens, clock } = options;
  const placeOf = ({ dataset }: StatementContext): RequestPlace => ({ host, at: dataset === undefined ? {} : { dataset } });
  return {
    placeOf,
    send({ resendUrl, ...request }, context, read) {
      const { signal } = context;
      const attempt = async (tried: number) => {
        const url = tried > 0 ? (resendUrl ?? request.url) : request.url;
        const headers = { ...HEADERS, Authorization: `Bearer ${await tokens.token()}` };
        return exchange({ ...request, url, headers, place: placeOf(context), signal }, read);
      };
      return withRetries(attempt, { clock, signal });
    },
  };
}
