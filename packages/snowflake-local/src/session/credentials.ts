import { timingSafeEqual } from 'node:crypto';
import type { ServerUser } from '../auth/server-user.ts';
import type { TokenVerifier } from '../auth/verify-token.ts';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import { type Fields, textOf } from './session-request.ts';

/** Tells who logs in. @throws SnowflakeError for anybody else. */
export type CredentialCheck = (login: Fields) => string;

/** What credentials are judged by. */
export interface CredentialOptions {
  readonly users: readonly ServerUser[];
  /** Judges key-pair tokens. */
  readonly verify: TokenVerifier;
  /** Hears why a login was refused; the client is told as little as by Snowflake. */
  readonly explain: (reason: string) => void;
}

/** Makes the check of what a driver sends as `data` of its login request. */
export function credentialCheck({ users, verify, explain }: CredentialOptions): CredentialCheck {
  const withToken = (login: Fields, tokensOf: (user: ServerUser) => readonly string[] | undefined, refusal: SnowflakeError): string => {
    const token = textOf(login['TOKEN']);
    const user = users.find((candidate) => token !== undefined && tokensOf(candidate)?.some((known) => isSame(known, token)));
    const asked = textOf(login['LOGIN_NAME'])?.toUpperCase();
    if (user !== undefined && (asked === undefined || asked === user.name.toUpperCase())) return user.name.toUpperCase();
    explain(user === undefined ? 'no user has this token' : `the token is that of ${user.name}, not of ${asked}`);
    throw refusal;
  };
  const checks: Readonly<Record<string, CredentialCheck>> = {
    SNOWFLAKE: (login) => checkPassword(login, users, explain),
    SNOWFLAKE_JWT: (login) => checkKey(login, verify, explain),
    PROGRAMMATIC_ACCESS_TOKEN: (login) => withToken(login, ({ accessTokens }) => accessTokens, invalidAccessToken()),
    OAUTH: (login) => withToken(login, ({ oauthTokens }) => oauthTokens, invalidOauthToken()),
  };
  return (login) => {
    const authenticator = (textOf(login['AUTHENTICATOR']) ?? 'SNOWFLAKE').toUpperCase();
    const check = Object.hasOwn(checks, authenticator) ? checks[authenticator] : undefined;
    if (check === undefined) {
      throw new SnowflakeError('390400', '08001', `snowflake-local does not know the authenticator ${authenticator}.`);
    }
    return check(login);
  };
}

function checkPassword(login: Fields, users: readonly ServerUser[], explain: (reason: string) => void): string {
  const name = textOf(login['LOGIN_NAME'])?.toUpperCase();
  const password = textOf(login['PASSWORD']);
  const user = users.find((candidate) => candidate.name.toUpperCase() === name);
  // A programmatic access token may stand where a password is asked for.
  const accepted = [...(user?.password === undefined ? [] : [user.password]), ...(user?.accessTokens ?? [])];
  if (name !== undefined && password !== undefined && accepted.some((known) => isSame(known, password))) return name;
  explain(user === undefined ? `no user ${name}` : `wrong password, or none is set, for ${name}`);
  throw new SnowflakeError('390100', '08001', 'Incorrect username or password was specified.');
}

function checkKey(login: Fields, verify: TokenVerifier, explain: (reason: string) => void): string {
  const name = verify({ authorization: `Bearer ${textOf(login['TOKEN']) ?? ''}`, tokenType: 'KEYPAIR_JWT', isLogin: true });
  const asked = textOf(login['LOGIN_NAME'])?.toUpperCase();
  if (asked === undefined || asked === name) return name;
  explain(`the key is that of ${name}, not of ${asked}`);
  throw new SnowflakeError('390144', '08001', 'JWT token is invalid.');
}

function invalidAccessToken(): SnowflakeError {
  return new SnowflakeError('394400', '08001', 'Programmatic access token is invalid.');
}

function invalidOauthToken(): SnowflakeError {
  return new SnowflakeError('390303', '08001', 'Invalid OAuth access token.');
}

function isSame(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
