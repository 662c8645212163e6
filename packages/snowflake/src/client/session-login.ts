import { randomUUID } from 'node:crypto';
import { type Clock, quoteIdentifier, SnowmeltError } from '@snowmelt/core/ports';
import type { Authenticator, Credentials, TokenType } from '../auth/credentials.ts';
import { accountName } from '../auth/key-pair.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { textOf } from './answer-fields.ts';
import type { StatementContext } from './request-sender.ts';
import { type Outcome, withRetries } from './retry.ts';
import { exchangeInSession, type SessionAnswer, type SessionRequest, type SessionServer, sessionPlace } from './session-exchange.ts';
import { authenticationError, protocolError } from './source-errors.ts';

/** What proves a session, and what has that proof renewed. */
export interface SessionTokens {
  readonly session: string;
  readonly master: string;
}

/** What a login works with. */
export interface SessionLoginOptions extends SessionServer {
  readonly connection: SnowflakeConnection;
  readonly authenticator: Authenticator;
  readonly clock: Pick<Clock, 'sleep'>;
}

const AUTHENTICATORS: Readonly<Record<TokenType, string | undefined>> = {
  KEYPAIR_JWT: 'SNOWFLAKE_JWT',
  OAUTH: 'OAUTH',
  PROGRAMMATIC_ACCESS_TOKEN: 'PROGRAMMATIC_ACCESS_TOKEN',
  WORKLOAD_IDENTITY_FEDERATION: undefined,
};

/** Opens a session. @throws source/authentication, source/unreachable, source/throttled, source/protocol, config/invalid */
export async function logIn(options: SessionLoginOptions, context: StatementContext): Promise<SessionTokens> {
  let mayAskAgain = true;
  const attempt = async (): Promise<Outcome<SessionAnswer>> => {
    const credentials = await options.authenticator.credentials();
    const outcome = await exchangeInSession(options, loginRequest(options.connection, credentials), context);
    if (outcome.kind === 'again' || outcome.value.isSuccess) return outcome;
    options.authenticator.refused(credentials.token);
    const { token } = await options.authenticator.credentials();
    if (!mayAskAgain || token === credentials.token) throw authenticationError(sessionPlace(options, context), 200, outcome.value);
    mayAskAgain = false;
    return attempt();
  };
  const { data } = await withRetries(attempt, { clock: options.clock, signal: context.signal });
  return tokensOf(textOf(data, 'token'), textOf(data, 'masterToken'), options, context);
}

/** Has the tokens of a session renewed; where that is in vain, opens another session. @throws as {@link logIn} does */
export async function renewTokens(options: SessionLoginOptions, stale: SessionTokens, context: StatementContext): Promise<SessionTokens> {
  const path = `/session/token-request?requestId=${randomUUID()}`;
  const request = { method: 'POST' as const, path, body: { requestType: 'RENEW', oldSessionToken: stale.session } };
  const attempt = () => exchangeInSession(options, request, context, stale.master);
  const { isSuccess, data } = await withRetries(attempt, { clock: options.clock, signal: context.signal });
  if (!isSuccess) return logIn(options, context);
  return tokensOf(textOf(data, 'sessionToken'), textOf(data, 'masterToken'), options, context);
}

function tokensOf(
  session: string | undefined,
  master: string | undefined,
  server: SessionServer,
  context: StatementContext,
): SessionTokens {
  if (session === undefined || master === undefined) throw protocolError(sessionPlace(server, context), 'a session without tokens');
  return { session, master };
}

function loginRequest(connection: SnowflakeConnection, { type, token }: Credentials): SessionRequest {
  const { account, user, database, schema, warehouse, role, statementTimeout } = connection;
  const search = new URLSearchParams({ requestId: randomUUID() });
  const place = { databaseName: database, schemaName: schema, warehouse, roleName: role };
  for (const [name, value] of Object.entries(place)) if (value !== undefined) search.set(name, asIdentifier(value));
  const data = {
    ACCOUNT_NAME: accountName(account),
    CLIENT_APP_ID: 'Snowmelt',
    CLIENT_APP_VERSION: '1.0.0',
    CLIENT_ENVIRONMENT: { APPLICATION: 'Snowmelt' },
    AUTHENTICATOR: authenticatorName(type),
    TOKEN: token,
    ...(user === undefined ? {} : { LOGIN_NAME: user }),
    SESSION_PARAMETERS: {
      TIMEZONE: 'UTC',
      ...(statementTimeout === undefined ? {} : { STATEMENT_TIMEOUT_IN_SECONDS: statementTimeout }),
    },
  };
  return { method: 'POST', path: `/session/v1/login-request?${search}`, body: { data } };
}

function authenticatorName(type: TokenType): string {
  const name = AUTHENTICATORS[type];
  if (name !== undefined) return name;
  throw new SnowmeltError('config/invalid', {
    message: 'Transport chunks cannot log in by workload identity.',
    hint: 'Use transport raw or unload, or another kind of `auth`.',
    at: { field: 'source.auth.kind' },
  });
}

// A login reads names as SQL does, the SQL API as they are stored: the same declaration must mean the same in both.
function asIdentifier(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : quoteIdentifier(name, 'snowflake');
}
