import { type SecretReference, SnowmeltError } from '@snowmelt/core/ports';

/** How to prove who asks. */
export type SnowflakeAuth =
  | { readonly kind: 'keyPair'; readonly privateKey: SecretReference; readonly passphrase?: SecretReference | undefined }
  | { readonly kind: 'oauth'; readonly token: SecretReference }
  | { readonly kind: 'programmaticToken'; readonly token: SecretReference }
  /** `token` gives the JSON Web Token that the cloud issues to this machine. */
  | { readonly kind: 'workloadIdentity'; readonly provider: 'AWS' | 'AZURE' | 'GCP' | 'OIDC'; readonly token: SecretReference };

/** Where an account is and as whom to read from it: the `source` part of a parsed declaration. */
export interface SnowflakeConnection {
  /** Account identifier, e.g. `MYORG-ACCOUNT1`. */
  readonly account: string;
  /** Needed for a key pair. */
  readonly user?: string | undefined;
  /** Short for `auth: { kind: 'keyPair', privateKey }`: a PKCS#8 PEM; where it is kept, not the key itself. */
  readonly privateKey?: SecretReference | undefined;
  readonly auth?: SnowflakeAuth | undefined;
  /** Where the SQL API is; default `https://<account>.snowflakecomputing.com`. */
  readonly url?: string | undefined;
  readonly database: string;
  readonly schema: string;
  readonly warehouse?: string | undefined;
  readonly role?: string | undefined;
  /** An external stage to unload to, and the address behind it. */
  readonly stage?: SnowflakeStage | undefined;
  /** Statements at the same time; default 8. */
  readonly maxStatements?: number | undefined;
  /** About how large an unloaded file, or the result text behind a fetched one, may be; default 256 MiB, or 64. */
  readonly fileMegabytes?: number | undefined;
  /** Parts of one result that are fetched at the same time; default 4. */
  readonly maxFetches?: number | undefined;
  /** Seconds after which Snowflake stops a statement. */
  readonly statementTimeout?: number | undefined;
}

/** An external stage: its name in Snowflake and the folder or bucket behind it. */
export interface SnowflakeStage {
  readonly name: string;
  readonly url: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Gives the address of the account's SQL API, without a slash at the end. @throws config/invalid */
export function apiUrl(connection: SnowflakeConnection): string {
  // TLS certificates do not cover underscores; Snowflake answers to the same name with hyphens.
  const host = `${connection.account.toLowerCase().replaceAll('_', '-')}.snowflakecomputing.com`;
  const url = new URL(connection.url ?? `https://${host}`);
  if (!isPrivateUrl(url)) {
    throw new SnowmeltError('config/invalid', {
      message: `The source's \`url\` is \`${url.origin}\`: credentials are only sent over https.`,
      hint: 'Write an https URL. Plain http is allowed for a server on this machine (127.0.0.1, localhost).',
      at: { field: 'source.url' },
    });
  }
  return url.href.replace(/\/+$/, '');
}

/** How many statements run at the same time. */
export function statementLimit({ maxStatements = 8 }: Pick<SnowflakeConnection, 'maxStatements'>): number {
  return maxStatements;
}

/** Tells whether secrets may be sent to an address: over https, or to this machine. */
export function isPrivateUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
