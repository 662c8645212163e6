import { createHash, createPrivateKey, createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { type Clock, type Secrets, SnowmeltError } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';

/** Gives a bearer token that is valid now. */
export interface TokenProvider {
  /** @throws source/authentication, secret/not-found */
  token(): Promise<string>;
}

// Snowflake accepts one hour at most.
const LIFETIME_SECONDS = 59 * 60;
const RENEW_SECONDS_BEFORE_END = 5 * 60;

/** Signs key-pair tokens for an account's user; the key is looked up when the first token is asked for, and at each renewal. */
export function keyPairTokens(options: {
  readonly connection: SnowflakeConnection;
  readonly secrets: Secrets;
  readonly clock: Clock;
}): TokenProvider {
  let current: { readonly text: string; readonly renewAt: number } | undefined;
  return {
    async token() {
      const now = Math.floor(options.clock.now().getTime() / 1000);
      if (current === undefined || now >= current.renewAt) {
        const key = parseKey(await options.secrets.get(options.connection.privateKey));
        current = { text: signToken(options.connection, key, now), renewAt: now + LIFETIME_SECONDS - RENEW_SECONDS_BEFORE_END };
      }
      return current.text;
    },
  };
}

function signToken(connection: SnowflakeConnection, key: KeyObject, now: number): string {
  const subject = `${accountName(connection.account)}.${connection.user.toUpperCase()}`;
  const claims = { iss: `${subject}.${fingerprint(key)}`, sub: subject, iat: now, exp: now + LIFETIME_SECONDS };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function fingerprint(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
}

/** Gives the account's name as tokens spell it: upper case, without a region. */
export function accountName(account: string): string {
  const end = account.includes('.global') ? account.indexOf('-') : account.indexOf('.');
  return (end > 0 ? account.slice(0, end) : account).toUpperCase();
}

function parseKey(secret: string): KeyObject {
  try {
    // Environment variables often hold a PEM on one line, with its line ends spelt out.
    const key = createPrivateKey(secret.includes('\n') ? secret : secret.replaceAll('\\n', '\n'));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    throw unusableKey(/ENCRYPTED/.test(secret) ? 'is encrypted' : 'is not a PEM file');
  }
  throw unusableKey('is not an RSA key');
}

// The original error is not kept as a cause: no part of the key may reach a log.
function unusableKey(why: string): SnowmeltError {
  return new SnowmeltError('source/authentication', {
    message: `The private key for Snowflake ${why}.`,
    hint: 'Give an unencrypted RSA key in PKCS#8 PEM form (`-----BEGIN PRIVATE KEY-----`), e.g. made with `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt`.',
    at: { field: 'source.privateKey' },
  });
}
