import type { Clock, Secrets } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { CONNECTION, hurriedClock, oneSecret } from '../../test-support/fakes.ts';
import type { SnowflakeAuth } from '../snowflake-connection.ts';
import { authenticatorFor } from './authenticator.ts';
import type { Authenticator } from './credentials.ts';

const TOKEN = { env: 'TOKEN' };

function jwtUntil(end: string): string {
  const claims = Buffer.from(JSON.stringify({ exp: Date.parse(end) / 1000 })).toString('base64url');
  return `e30.${claims}.c2ln`;
}

function authenticator(auth: SnowflakeAuth, secrets: Secrets, clock: Clock = hurriedClock()): Authenticator {
  return authenticatorFor({ connection: { ...CONNECTION, user: undefined, privateKey: undefined, auth }, secrets, clock });
}

describe('tokens that somebody else issues', () => {
  it.each([
    [{ kind: 'oauth', token: TOKEN }, 'OAUTH', 'secret'],
    [{ kind: 'programmaticToken', token: TOKEN }, 'PROGRAMMATIC_ACCESS_TOKEN', 'secret'],
    [{ kind: 'workloadIdentity', provider: 'AWS', token: TOKEN }, 'WORKLOAD_IDENTITY_FEDERATION', 'WIF.AWS.secret'],
    [{ kind: 'workloadIdentity', provider: 'OIDC', token: TOKEN }, 'WORKLOAD_IDENTITY_FEDERATION', 'WIF.OIDC.secret'],
  ] as const)('%o', async (auth, type, token) => {
    expect(await authenticator(auth, oneSecret('secret')).credentials()).toEqual({ type, token });
  });

  it('are looked up again shortly before they end, and after a refusal', async () => {
    let now = Date.parse('2024-01-15T00:00:00Z');
    const secrets = oneSecret(jwtUntil('2024-01-15T00:10:00Z'));
    const tokens = authenticator({ kind: 'oauth', token: TOKEN }, secrets, { ...hurriedClock(), now: () => new Date(now) });
    expect(secrets.lookups()).toBe(0);
    const { token } = await tokens.credentials();
    await tokens.credentials();
    tokens.refused('an older one');
    await tokens.credentials();
    expect(secrets.lookups()).toBe(1);
    tokens.refused(token);
    await tokens.credentials();
    expect(secrets.lookups()).toBe(2);
    now += 9.5 * 60_000;
    await tokens.credentials();
    expect(secrets.lookups()).toBe(3);
  });

  it('are refused without being shown if they cannot be one', async () => {
    const failure = await authenticator({ kind: 'oauth', token: TOKEN }, oneSecret('line 1\nline 2'))
      .credentials()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/authentication', at: { field: 'source.auth.token' } });
    expect(String(failure)).not.toContain('line 1');
  });
});
