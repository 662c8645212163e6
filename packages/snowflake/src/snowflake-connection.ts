import { type SecretReference, SnowmeltError } from '@snowmelt/core/ports';

/** Where an account is and as whom to read from it: the `source` part of a parsed declaration. */
export interface SnowflakeConnection {
  /** Account identifier, e.g. `MYORG-ACCOUNT1`. */
  readonly account: string;
  readonly user: string;
  /** PKCS#8 PEM of the key pair; where it is kept, not the key itself. */
  readonly privateKey: SecretReference;
  /** Where the SQL API is; default `https://<account>.snowflakecomputing.com`. */
  readonly url?: string | undefined;
  readonly database: string;
  readonly schema: string;
  readonly warehouse?: string | undefined;
  readonly role?: string | undefined;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Gives the address of the account's SQL API, without a slash at the end. @throws config/invalid */
export function apiUrl(connection: SnowflakeConnection): string {
  // TLS certificates do not cover underscores; Snowflake answers to the same name with hyphens.
  const host = `${connection.account.toLowerCase().replaceAll('_', '-')}.snowflakecomputing.com`;
  const url = new URL(connection.url ?? `https://${host}`);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) {
    throw new SnowmeltError('config/invalid', {
      message: `The source's \`url\` is \`${url.origin}\`: credentials are only sent over https.`,
      hint: 'Write an https URL. Plain http is allowed for a server on this machine (127.0.0.1, localhost).',
      at: { field: 'source.url' },
    });
  }
  return url.href.replace(/\/+$/, '');
}
