import type { Clock, Secrets } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { bearerTokens } from './bearer-tokens.ts';
import { keyPairTokens } from './key-pair.ts';

/** How Snowflake is to read a bearer token. */
export type TokenType = 'KEYPAIR_JWT' | 'OAUTH' | 'PROGRAMMATIC_ACCESS_TOKEN' | 'WORKLOAD_IDENTITY_FEDERATION';

/** A bearer token and its kind, as requests carry it. */
export interface Credentials {
  readonly type: TokenType;
  readonly token: string;
}

/** Proves to Snowflake who asks. */
export interface Authenticator {
  /** Credentials to use now. @throws source/authentication, secret/not-found */
  credentials(): Promise<Credentials>;
  /** Says that Snowflake refused a token, so that the next one is another if there is another. */
  refused(token: string): void;
}

/** What an authenticator works with. */
export interface AuthenticatorOptions {
  readonly connection: SnowflakeConnection;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** Makes the authenticator that a connection asks for; no secret is looked up before its first use. */
export function authenticatorFor(options: AuthenticatorOptions): Authenticator {
  const { auth, privateKey } = options.connection;
  if (auth === undefined || auth.kind === 'keyPair') {
    return keyPairTokens({ ...options, privateKey: auth?.privateKey ?? privateKey, passphrase: auth?.passphrase });
  }
  switch (auth.kind) {
    case 'oauth':
      return bearerTokens({ ...options, type: 'OAUTH', secret: auth.token });
    case 'programmaticToken':
      return bearerTokens({ ...options, type: 'PROGRAMMATIC_ACCESS_TOKEN', secret: auth.token });
    case 'workloadIdentity':
      return bearerTokens({ ...options, type: 'WORKLOAD_IDENTITY_FEDERATION', secret: auth.token, prefix: `WIF.${auth.provider}.` });
  }
}
