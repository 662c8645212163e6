import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import type { Clock, SecretReference, Secrets } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { CONNECTION, hurriedClock, oneSecret, PRIVATE_KEY, PUBLIC_KEY } from '../../test-support/fakes.ts';
import type { Authenticator } from './credentials.ts';
import { accountName, keyPairTokens } from './key-pair.ts';

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

const KEY = { env: 'KEY' };

function keyPair(secrets: Secrets = oneSecret(), clock: Clock = hurriedClock(), passphrase?: SecretReference): Authenticator {
  return keyPairTokens({ connection: CONNECTION, privateKey: KEY, passphrase, secrets, clock });
}

const tokenOf = async (authenticator: Authenticator) => (await authenticator.credentials()).token;

describe('keyPairTokens', () => {
  it('signs what Snowflake asks for', async () => {
    const token = await tokenOf(keyPair());
    const [header, claims, signature = ''] = token.split('.');
    expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(PUBLIC_KEY, signature, 'base64url')).toBe(true);
    const fingerprint = createHash('sha256')
      .update(PUBLIC_KEY.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    const { iss, sub, iat, exp } = claimsOf(token);
    expect(sub).toBe('MYORG-ACCOUNT1.ETL');
    expect(iss).toBe(`MYORG-ACCOUNT1.ETL.SHA256:${fingerprint}`);
    expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(3600);
  });

  it('looks the key up when a token is asked for, and gives the same token until shortly before its end', async () => {
    const secrets = oneSecret();
    let now = Date.parse('2024-01-15T00:00:00Z');
    const tokens = keyPair(secrets, { ...hurriedClock(), now: () => new Date(now) });
    expect(secrets.lookups()).toBe(0);
    const first = await tokenOf(tokens);
    now += 50 * 60_000;
    expect(await tokenOf(tokens)).toBe(first);
    expect(secrets.lookups()).toBe(1);
    now += 5 * 60_000;
    const second = await tokenOf(tokens);
    expect(Number(claimsOf(second)['exp'])).toBeGreaterThan(Number(claimsOf(first)['exp']));
  });

  it('takes a PEM on one line, as environment variables hold it', async () => {
    const secrets = oneSecret(PRIVATE_KEY.trim().replaceAll('\n', '\\n'));
    await expect(tokenOf(keyPair(secrets))).resolves.toMatch(/^ey/);
  });

  it.each([
    ['is not a PEM file', 'my secret text'],
    [
      'is encrypted and has no `passphrase`',
      String(
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
          cipher: 'aes-256-cbc',
          passphrase: 'x',
        }),
      ),
    ],
    ['is not an RSA key', String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))],
  ])('refuses a key that %s without showing it', async (why, secret) => {
    const failure = await tokenOf(keyPair(oneSecret(secret))).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/authentication', message: `The private key for Snowflake ${why}.` });
    expect(failure instanceof Error ? failure.cause : 'no error').toBeUndefined();
    expect(JSON.stringify(failure)).not.toContain(secret);
  });
});

describe('accountName', () => {
  it.each([
    ['myorg-account1', 'MYORG-ACCOUNT1'],
    ['xy12345.us-east-1', 'XY12345'],
    ['xy12345.eu-west-1.aws', 'XY12345'],
    ['xy12345-abc.global', 'XY12345'],
  ])('%s is %s', (account, name) => {
    expect(accountName(account)).toBe(name);
  });
});
