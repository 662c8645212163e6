import type { Clock, Secrets } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';

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
