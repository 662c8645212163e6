import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Secrets, sqlText } from '@snowmelt/core/ports';
import { afterEach, describe, expect, it } from 'vitest';
import { CONNECTION, hurriedClock, oneSecret } from '../../test-support/fakes.ts';
import { type Reply, type ScriptedServer, type SeenRequest, startScriptedServer } from '../../test-support/scripted-server.ts';
import { authenticatorFor } from '../auth/authenticator.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { type SessionClient, sessionClient } from './session-client.ts';
import { limitSlots } from './slots.ts';

const CONTEXT = { attempt: 'a1', run: 'r1', dataset: 'bronze.orders', signal: new AbortController().signal };
const SELECT = sqlText('SELECT 1');
const CHUNK = gzipSync('["1"],["2"]');

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const success = (data: object | null): Reply => ({ body: JSON.stringify({ data, code: null, message: null, success: true }) });
const failure = (code: string, message = 'No.'): Reply => ({ body: JSON.stringify({ data: null, code, message, success: false }) });
const result = (more: object = {}) =>
  success({ queryId: 'q1', total: 1, rowtype: [{ name: 'N', type: 'fixed', precision: 1, scale: 0 }], rowset: [['0']], ...more });

type Script = (request: SeenRequest) => Reply | Promise<Reply> | undefined;

/** A client of a server that lets anybody in and answers the rest as `script` says. */
async function connect(
  script: Script,
  connection: Partial<SnowflakeConnection> = {},
  secrets: Secrets = oneSecret(),
): Promise<{ readonly client: SessionClient; readonly server: ScriptedServer }> {
  const server = await startScriptedServer(
    (request) =>
      script(request) ?? (request.path === '/session/v1/login-request' ? success({ token: 's1', masterToken: 'm1' }) : success(null)),
  );
  servers.push(server);
  const options = { connection: { ...CONNECTION, ...connection, url: server.url }, url: server.url, clock: hurriedClock() };
  const authenticator = authenticatorFor({ ...options, secrets });
  return { server, client: sessionClient({ ...options, authenticator, slots: limitSlots(8), tag: 'tag' }) };
}

const onQuery =
  (reply: Reply): Script =>
  ({ path }) =>
    path === '/queries/v1/query-request' ? reply : undefined;

const bodyOf = (request: SeenRequest | undefined) => JSON.parse(request?.body ?? '{}');

describe('a login', () => {
  it('proves who asks, and says where statements run and how', async () => {
    const place = { schema: 'mixed Case', warehouse: 'WH', statementTimeout: 60 };
    const { client, server } = await connect(onQuery(result()), place);
    await client.execute(SELECT, CONTEXT);
    const [login, query] = server.requests;
    const { requestId, request_guid, ...search } = Object.fromEntries(login?.query ?? []);
    expect([requestId, request_guid]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(search).toEqual({ databaseName: 'SHOP', schemaName: '"mixed Case"', warehouse: 'WH', roleName: 'READER' });
    expect(bodyOf(login).data).toMatchObject({
      ACCOUNT_NAME: 'MYORG-ACCOUNT1',
      LOGIN_NAME: 'etl',
      AUTHENTICATOR: 'SNOWFLAKE_JWT',
      TOKEN: expect.stringMatching(/^ey/),
      SESSION_PARAMETERS: { TIMEZONE: 'UTC', STATEMENT_TIMEOUT_IN_SECONDS: 60 },
    });
    expect(login?.headers.authorization).toBeUndefined();
    expect(query?.headers.authorization).toBe('Snowflake Token="s1"');
    const { sqlText: sql, parameters } = bodyOf(query);
    expect(sql).toBe(SELECT);
    expect(JSON.parse(parameters.QUERY_TAG)).toEqual({ tool: 'snowmelt', run: 'r1', attempt: 'a1', dataset: 'bronze.orders' });
  });

  it.each([
    ['oauth', 'OAUTH'],
    ['programmaticToken', 'PROGRAMMATIC_ACCESS_TOKEN'],
  ] as const)('by %s', async (kind, name) => {
    const auth = { kind, token: { env: 'T' } };
    const { client, server } = await connect(onQuery(result()), { privateKey: undefined, user: undefined, auth }, oneSecret('secret'));
    await client.execute(SELECT, CONTEXT);
    const { data } = bodyOf(server.requests[0]);
    expect(data).toMatchObject({ AUTHENTICATOR: name, TOKEN: 'secret' });
    expect(data).not.toHaveProperty('LOGIN_NAME');
  });

  it('by workload identity is refused before anything is sent', async () => {
    const auth = { kind: 'workloadIdentity', provider: 'AWS', token: { env: 'T' } } as const;
    const { client, server } = await connect(onQuery(result()), { privateKey: undefined, auth }, oneSecret('secret'));
    await expect(client.execute(SELECT, CONTEXT)).rejects.toMatchObject({ code: 'config/invalid' });
    expect(server.requests).toEqual([]);
  });

  it('that is refused is tried with a new token once, and then explained without it', async () => {
    const { client, server } = await connect(({ path }) =>
      path.includes('login') ? failure('390144', 'JWT token is invalid.') : undefined,
    );
    const error = await client.execute(SELECT, CONTEXT).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'source/authentication', message: expect.stringContaining('JWT token is invalid') });
    const tokens = server.requests.map((request) => bodyOf(request).data.TOKEN);
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(JSON.stringify(error)).not.toContain(token);
  });
});

describe('a stop', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  /** The first login is never answered. */
  const silentAtFirst = (): Script => {
    let logins = 0;
    return ({ path }) => {
      if (path.includes('login') && logins++ === 0) return new Promise<Reply>(() => {});
      return path === '/queries/v1/query-request' ? result() : undefined;
    };
  };

  it('while the session opens ends whoever was stopped, and not those who wait for the same session', async () => {
    const { client, server } = await connect(silentAtFirst());
    const stop = new AbortController();
    const stopped = client.execute(SELECT, { ...CONTEXT, signal: stop.signal }).catch((error: unknown) => error);
    const other = client.execute(SELECT, CONTEXT);
    while (server.requests.length === 0) await turn();
    stop.abort();
    expect(await stopped).toMatchObject({ code: 'run/interrupted' });
    expect(await other).toMatchObject({ handle: 'q1' });
    const asked = server.requests.map(({ path }) => path.split('/').at(-1));
    // The one that was stopped cancels its statement, for it cannot know that it was not sent.
    expect(asked.filter((what) => what !== 'abort-request')).toEqual(['login-request', 'login-request', 'query-request']);
  });

  it('before the session is open has nothing to cancel', async () => {
    const { client, server } = await connect(silentAtFirst());
    const stop = new AbortController();
    const stopped = client.hold(() => client.execute(SELECT, { ...CONTEXT, signal: stop.signal })).catch((error: unknown) => error);
    while (server.requests.length === 0) await turn();
    stop.abort();
    expect(await stopped).toMatchObject({ code: 'run/interrupted' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a statement', () => {
  it('that fails says why, and is not sent again', async () => {
    const { client, server } = await connect(onQuery(failure('002003', "Object 'X' does not exist.")));
    const expected = { code: 'source/statement-failed', message: expect.stringContaining("Object 'X'"), at: { dataset: 'bronze.orders' } };
    await expect(client.execute(SELECT, CONTEXT)).rejects.toMatchObject(expected);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['Arrow instead of rows', result({ rowset: undefined, rowsetBase64: 'xx' })],
    ['cells that are no texts', result({ rowset: [[1]] })],
    ['no total', result({ total: undefined })],
    ['an address that is none', result({ chunks: [{ url: 'x', rowCount: 1 }] })],
    [
      'another server for its result',
      { body: JSON.stringify({ code: '333333', success: true, data: { getResultUrl: '//evil.example/' } }) },
    ],
  ] as const)('answered with %s is refused', async (_, reply) => {
    const { client, server } = await connect(onQuery(reply));
    await expect(client.execute(SELECT, CONTEXT)).rejects.toMatchObject({
      code: 'source/protocol',
      message: expect.stringContaining('session protocol'),
    });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a chunk', () => {
  const readChunk = async (server: ScriptedServer, client: SessionClient): Promise<Buffer> => {
    const found = await client.execute(SELECT, CONTEXT);
    expect(server.requests.at(-1)?.path).toBe('/queries/v1/query-request');
    return await client.chunksOf(found)(0, CONTEXT, (body) => buffer(body));
  };
  const withChunk = (more: object, url = '/chunk'): Script => {
    return ({ path, headers }) => {
      if (path === '/chunk') return { headers: { 'content-encoding': 'gzip' }, body: CHUNK };
      const chunks = [{ url: url.startsWith('/') ? `http://${headers.host}${url}` : url, rowCount: 2 }];
      return path === '/queries/v1/query-request' ? result({ total: 3, chunks, ...more }) : undefined;
    };
  };
  const ENCRYPTION = 'x-amz-server-side-encryption-customer';

  it.each([
    ['the headers that came along', { chunkHeaders: { 'x-key': 'k' }, qrmk: 'unused' }, { 'x-key': 'k' }],
    ['headers made of the key', { qrmk: 'k' }, { [`${ENCRYPTION}-key`]: 'k', [`${ENCRYPTION}-algorithm`]: 'AES256' }],
  ])('is asked for with %s, without the session, and stays packed', async (_, more, headers) => {
    const { client, server } = await connect(withChunk(more));
    expect(await readChunk(server, client)).toEqual(CHUNK);
    expect(server.requests.at(-1)).toMatchObject({ path: '/chunk', headers });
    expect(server.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('is not asked for where anybody could listen', async () => {
    const { client, server } = await connect(withChunk({ qrmk: 'k' }, 'http://store.example/chunk'));
    await expect(readChunk(server, client)).rejects.toMatchObject({ code: 'source/protocol', message: expect.stringContaining('https') });
  });
});
