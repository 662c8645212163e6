import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEYS, makeToken, OTHER_KEYS, type TokenParts } from '../testing/sql-api.ts';
import { keyFingerprint, readPublicKey } from './key-pair.ts';
import { tokenVerifier } from './verify-token.ts';

const reasons: string[] = [];
const verify = tokenVerifier('local', [{ name: 'tester', publicKeyPem: KEYS.publicKeyPem }], (reason) => reasons.push(reason));
const send = (token: string, tokenType: string | undefined = 'KEYPAIR_JWT'): string =>
  verify({ authorization: `Bearer ${token}`, tokenType });
const now = (): number => Math.floor(Date.now() / 1000);

describe('a key-pair token', () => {
  it('lets its user in, with or without a token type', () => {
    expect(send(makeToken())).toBe('TESTER');
    expect(verify({ authorization: `bearer ${makeToken()}`, tokenType: undefined })).toBe('TESTER');
  });

  it.each<[string, TokenParts, RegExp]>([
    ['signed with another key', { privateKeyPem: OTHER_KEYS.privateKeyPem }, /signature/],
    ['of another registered key', { ...OTHER_KEYS }, /issuer/],
    ['of another user', { user: 'SOMEBODY' }, /no user/],
    ['of another account', { account: 'ELSEWHERE' }, /no user/],
    ['with an account in lower case', { account: 'local' }, /no user/],
    ['that has expired', { issuedAt: now() - 700 }, /expired/],
    ['that lives longer than an hour', { lifeSeconds: 3601 }, /longer than an hour/],
    ['from the future', { issuedAt: now() + 120 }, /future/],
  ])('is refused when it is one %s', (_, parts, reason) => {
    reasons.length = 0;
    expect(() => send(makeToken(parts))).toThrow(expect.objectContaining({ status: 401, code: '390144' }));
    expect(reasons.join()).toMatch(reason);
  });

  it('is refused with another algorithm, without claims, and as another type', () => {
    const [, body, signature] = makeToken().split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [`${none}.${body}.`, `${none}.${body}.${signature}`, 'x', 'a.b.c', '..'])
      expect(() => send(token)).toThrow('JWT token is invalid');
    expect(() => send(makeToken(), 'OAUTH')).toThrow('JWT token is invalid');
  });

  it('must be there', () => {
    for (const authorization of [undefined, '', 'Basic abc', 'Bearer ']) {
      expect(() => verify({ authorization, tokenType: 'KEYPAIR_JWT' })).toThrow(expect.objectContaining({ status: 401, code: '390101' }));
    }
  });

  it('does not survive a change of any character of what is signed', () => {
    const token = makeToken();
    const end = token.lastIndexOf('.');
    fc.assert(
      fc.property(fc.nat({ max: end - 1 }), fc.constantFrom('A', 'b', '0', '_'), (at, character) => {
        fc.pre(token[at] !== character);
        expect(() => send(token.slice(0, at) + character + token.slice(at + 1))).toThrow();
      }),
      { numRuns: 60 },
    );
  });
});

describe('a registered key', () => {
  it('has the fingerprint that Snowflake shows', () => {
    expect(keyFingerprint(createPublicKey(KEYS.publicKeyPem))).toMatch(/^SHA256:[A-Za-z0-9+/]{43}=$/);
  });

  it('must be RSA, as PEM', () => {
    const { publicKey } = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    expect(() => readPublicKey({ name: 'A', publicKeyPem: publicKey })).toThrow('user A is not an RSA key');
    expect(() => readPublicKey({ name: 'A', publicKeyPem: 'nonsense' })).toThrow('user A is not a PEM file');
  });
});
