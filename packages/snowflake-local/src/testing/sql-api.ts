import { createHash, createPublicKey, sign } from 'node:crypto';
import { generateKeyPair } from '../auth/key-pair.ts';
import { type RunningServer, type ServerOptions, startServer } from '../start-server.ts';

export const KEYS = generateKeyPair();
export const OTHER_KEYS = generateKeyPair();

export type Json = Readonly<Record<string, unknown>>;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly text: string;
}

export interface TokenParts {
  readonly account?: string;
  readonly user?: string;
  readonly privateKeyPem?: string;
  readonly publicKeyPem?: string;
  readonly issuedAt?: number;
  readonly lifeSeconds?: number;
}

/** Makes a key-pair token as a client of Snowflake makes it. */
export function makeToken(parts: TokenParts = {}): string {
  const { account = 'LOCAL', user = 'TESTER', privateKeyPem = KEYS.privateKeyPem, publicKeyPem = KEYS.publicKeyPem } = parts;
  const issuedAt = parts.issuedAt ?? Math.floor(Date.now() / 1000);
  const der = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
  const fingerprint = createHash('sha256').update(der).digest('base64');
  const subject = `${account}.${user}`;
  const claims = { iss: `${subject}.SHA256:${fingerprint}`, sub: subject, iat: issuedAt, exp: issuedAt + (parts.lifeSeconds ?? 600) };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKeyPem).toString('base64url')}`;
}

export interface TestServer extends RunningServer {
  /** Sends any request. */
  call(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly token?: string | null; readonly headers?: Record<string, string> },
  ): Promise<ApiAnswer>;
  /** Sends a statement. */
  submit(statement: string, body?: Json, query?: string): Promise<ApiAnswer>;
  /** Sends a statement and gives its rows, from every partition. */
  rows(statement: string, body?: Json): Promise<readonly (readonly (string | null)[])[]>;
}

/** Starts a server with one user, TESTER, and a client for it. */
export async function startTestServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer({ users: [{ name: 'tester', publicKeyPem: KEYS.publicKeyPem }], memoryLimit: '512MB', ...options });
  const call: TestServer['call'] = async (method, path, { body, token = makeToken(), headers = {} } = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        'X-Snowflake-Authorization-Token-Type': 'KEYPAIR_JWT',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };
  const submit: TestServer['submit'] = (statement, body = {}, query = '') =>
    call('POST', `/api/v2/statements${query}`, { body: { statement, ...body } });
  return {
    ...server,
    call,
    submit,
    async rows(statement, body) {
      const answer = await submit(statement, body);
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
      const data = [...rowsOf(answer.body)];
      for (let partition = 1; partition < partitionsOf(answer.body).length; partition++) {
        const next = await call('GET', `/api/v2/statements/${String(answer.body['statementHandle'])}?partition=${partition}`);
        data.push(...rowsOf(next.body));
      }
      return data;
    },
  };
}

export function rowsOf(body: Json): readonly (readonly (string | null)[])[] {
  return body['data'] as readonly (readonly (string | null)[])[];
}

export function metadataOf(body: Json): Json {
  return body['resultSetMetaData'] as Json;
}

export function partitionsOf(body: Json): readonly Json[] {
  return metadataOf(body)['partitionInfo'] as readonly Json[];
}

export function rowTypeOf(body: Json): readonly Json[] {
  return metadataOf(body)['rowType'] as readonly Json[];
}
