import { createHash, createPrivateKey, createPublicKey, createSign, type KeyObject, randomUUID } from 'node:crypto';
import { type SecretReference, type Secrets, SnowmeltError } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { Authenticator, AuthenticatorOptions } from './credentials.ts';

// Snowflake accepts one hour at most.
const LIFETIME_SECONDS = 59 * 60;
const RENEW_SECONDS_BEFORE_END = 5 * 60;

/** Where the key is. */
export interface KeyPairOptions extends AuthenticatorOptions {
  readonly privateKey: SecretReference | undefined;
  readonly passphrase?: SecretReference | undefined;
}

/** Signs key-pair tokens for an account's user; the key is looked up when the first token is asked for, and at each renewal. */
export function keyPairTokens(options: KeyPairOptions): Authenticator {
  let current: { readonly token: string; readonly renewAt: number } | undefined;
  return {
    async credentials() {
      const now = Math.floor(options.clock.now().getTime() / 1000);
      if (current === undefined || now >= current.renewAt) {
        const token = signToken(options.connection, await readKey(options), now);
        current = { token, renewAt: now + LIFETIME_SECONDS - RENEW_SECONDS_BEFORE_END };
      }
      return { type: 'KEYPAIR_JWT', token: current.token };
    },
    refused(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

async function readKey({
  secrets,
  privateKey,
  passphrase,
}: Pick<KeyPairOptions, 'privateKey' | 'passphrase'> & { readonly secrets: Secrets }) {
  if (privateKey === undefined) throw unusableKey('is not declared');
  return parseKey(await secrets.get(privateKey), passphrase === undefined ? undefined : await secrets.get(passphrase));
}

/** The public half of the key, as RSA_PUBLIC_KEY of a user takes it. @throws source/authentication, secret/not-found */
export async function publicKeyOf(
  options: Pick<KeyPairOptions, 'privateKey' | 'passphrase'> & { readonly secrets: Secrets },
): Promise<string> {
  return createPublicKey(await readKey(options))
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
}

function signToken({ account, user = '' }: SnowflakeConnection, key: KeyObject, now: number): string {
  const subject = `${accountName(account)}.${user.toUpperCase()}`;
  // The identifier makes a token that replaces a refused one another token, even within the same second.
  const claims = { iss: `${subject}.${fingerprint(key)}`, sub: subject, iat: now, exp: now + LIFETIME_SECONDS, jti: randomUUID() };
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

function parseKey(secret: string, passphrase: string | undefined): KeyObject {
  try {
    // Environment variables often hold a PEM on one line, with its line ends spelt out.
    const pem = secret.includes('\n') ? secret : secret.replaceAll('\\n', '\n');
    const key = createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    const locked = passphrase === undefined ? 'is encrypted and has no `passphrase`' : 'does not open with the passphrase';
    throw unusableKey(/ENCRYPTED/.test(secret) ? locked : 'is not a PEM file');
  }
  throw unusableKey('is not an RSA key');
}

// The original error is not kept as a cause: no part of the key may reach a log.
function unusableKey(why: string): SnowmeltError {
  return new SnowmeltError('source/authentication', {
    message: `The private key for Snowflake ${why}.`,
    hint: 'Give an RSA key in PKCS#8 PEM form (`-----BEGIN PRIVATE KEY-----`), e.g. made with `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt`.',
    at: { field: 'source.auth' },
  });
}
