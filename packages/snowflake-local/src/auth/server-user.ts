import type { UserKey } from './key-pair.ts';

/** A user who may connect, and with what: each credential that is given is accepted, no other is. */
export interface ServerUser {
  readonly name: string;
  /** PEM, `BEGIN PUBLIC KEY`: for key-pair tokens. */
  readonly publicKeyPem?: string;
  /** For drivers only, as in Snowflake: the SQL API takes no password. */
  readonly password?: string;
  /** Programmatic access tokens. */
  readonly accessTokens?: readonly string[];
  /** Tokens that an identity provider would have made. */
  readonly oauthTokens?: readonly string[];
}

/** Gives the users that have a key. */
export function usersWithKey(users: readonly ServerUser[]): readonly UserKey[] {
  return users.flatMap(({ name, publicKeyPem }) => (publicKeyPem === undefined ? [] : [{ name, publicKeyPem }]));
}
