import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { column, fakeSqlApi, finished } from '../../test-support/fake-sql-api.ts';
import { clientFor, hurriedClock, oneSecret, SELECT } from '../../test-support/fakes.ts';
import { type Reply, type ScriptedServer, type SeenRequest, startScriptedServer } from '../../test-support/scripted-server.ts';
import type { StatementContext } from './request-sender.ts';

const CONTEXT: StatementContext = { attempt: 'a1', dataset: 'bronze.orders', signal: new AbortController().signal };
const ONE_ROW = finished(0, { columns: [column('X')], partitions: [[['1', null]]] });

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(script: (request: SeenRequest) => Reply | Promise<Reply>): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

/** Answers with the replies in turn; the last one stays. */
function inTurn(...replies: readonly Reply[]): () => Reply {
  let at = 0;
  return () => replies[Math.min(at++, replies.length - 1)] ?? {};
}

async function failureOf(...replies: readonly Reply[]): Promise<unknown> {
  const { url } = await serve(inTurn(...replies));
  return clientFor(url)
    .query(SELECT, CONTEXT)
    .catch((error: unknown) => error);
}

describe('requests', () => {
  it('say who asks, in which place, and for what', async () => {
    const server = await serve(() => ONE_ROW);
    const result = await clientFor(server.url, { tag: 'nightly' }).query(SELECT, CONTEXT);
    expect(result).toMatchObject({ handle: 'handle-0', rows: 1, data: [['1', null]], columns: [{ name: 'X', type: 'text' }] });
    const [request] = server.requests;
    expect(request?.path).toBe('/api/v2/statements');
    expect(request?.headers).toMatchObject({
      'x-snowflake-authorization-token-type': 'KEYPAIR_JWT',
      authorization: expect.stringMatching(/^Bearer ey/),
    });
    const body = JSON.parse(request?.body ?? '{}');
    expect(body).toMatchObject({ statement: 'SELECT 1', database: 'SHOP', schema: 'PUBLIC', role: 'READER' });
    expect(body.parameters.TIMEZONE).toBe('UTC');
    expect(JSON.parse(body.parameters.QUERY_TAG)).toEqual({ tool: 'snowmelt', run: 'nightly', attempt: 'a1', dataset: 'bronze.orders' });
  });

  it('are sent again under the same id, marked as a resend, after a fault', async () => {
    const server = await serve(inTurn({ cut: 0 }, { status: 500 }, { status: 429 }, { ...ONE_ROW, cut: 40 }, ONE_ROW));
    const clock = hurriedClock();
    await expect(clientFor(server.url, { clock }).query(SELECT, CONTEXT)).resolves.toMatchObject({ rows: 1 });
    const ids = new Set(server.requests.map(({ query }) => query.get('requestId')));
    expect(ids.size).toBe(1);
    expect(server.requests.map(({ query }) => query.get('retry'))).toEqual([null, 'true', 'true', 'true', 'true']);
    const [first = 0, second = 0, third = 0, fourth = 0] = clock.slept;
    expect(first).toBeGreaterThanOrEqual(125);
    expect(second).toBeLessThanOrEqual(500);
    expect(fourth).toBeGreaterThan(third / 2);
  });

  it('wait as long as the server asks', async () => {
    const clock = hurriedClock();
    const server = await serve(inTurn({ status: 429, headers: { 'retry-after': '7' } }, ONE_ROW));
    await clientFor(server.url, { clock }).query(SELECT, CONTEXT);
    expect(clock.slept).toEqual([7000]);
  });
});

describe('faults', () => {
  it.each([
    ['source/throttled', 'HTTP 429', { status: 429 }],
    ['source/unreachable', 'HTTP 503', { status: 503 }],
    ['source/unreachable', '127.0.0.1', { cut: 0 }],
    ['source/unreachable', '127.0.0.1', { ...ONE_ROW, cut: 10 }],
  ])('%s after six tries (%s)', async (code, text, reply) => {
    const failure = await failureOf(reply);
    expect(failure).toMatchObject({ code, retry: 'exhausted', at: { dataset: 'bronze.orders' }, message: expect.stringContaining(text) });
  });

  it('an address where nothing listens is named', async () => {
    const server = await startScriptedServer(() => ONE_ROW);
    await server.close();
    await expect(clientFor(server.url).query(SELECT, CONTEXT)).rejects.toMatchObject({
      code: 'source/unreachable',
      message: expect.stringContaining(`${new URL(server.url).host} did not answer: ECONNREFUSED`),
    });
  });

  it.each([401, 403])('HTTP %i is about the credentials: with new ones it is tried once more', async (status) => {
    const body = JSON.stringify({ code: '390144', message: 'JWT token is invalid. [abc]' });
    expect(await failureOf({ status, body }, ONE_ROW)).toMatchObject({ rows: 1 });
    const failure = await failureOf({ status, body }, { status, body }, ONE_ROW);
    expect(failure).toMatchObject({ code: 'source/authentication', message: expect.stringContaining('390144') });
  });

  it('HTTP 401 is not tried again with the same token', async () => {
    const server = await serve(inTurn({ status: 401, body: '{}' }));
    const client = clientFor(server.url, {
      connection: { auth: { kind: 'oauth', token: { env: 'TOKEN' } } },
      secrets: oneSecret('opaque'),
    });
    await expect(client.query(SELECT, CONTEXT)).rejects.toMatchObject({ code: 'source/authentication' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers).toMatchObject({
      'x-snowflake-authorization-token-type': 'OAUTH',
      authorization: 'Bearer opaque',
    });
  });

  it('HTTP 403 in the place of a partition is waited out', async () => {
    const server = await serve(inTurn({ status: 403 }, { status: 403 }, { status: 403 }, { body: '{"data":[]}' }));
    expect((await clientFor(server.url).readPartition('h', 1, CONTEXT, buffer)).toString()).toBe('{"data":[]}');
  });

  it('a server that falls silent counts as gone', async () => {
    const server = await serve(() => new Promise<Reply>(() => {}));
    const failure = clientFor(server.url, { idleTimeoutMs: 20 }).query(SELECT, CONTEXT);
    await expect(failure).rejects.toMatchObject({ code: 'source/unreachable', message: expect.stringContaining('nothing arrived') });
  });

  it('an incident of Snowflake’s own may be tried again, any other failure not', async () => {
    const failed = (code: string): Reply => ({ status: 422, body: JSON.stringify({ code, message: 'It failed.' }) });
    expect(await failureOf(failed('000603'))).toMatchObject({ code: 'source/statement-failed', retry: 'safe' });
    expect(await failureOf(failed('000604'))).toMatchObject({ code: 'source/statement-failed', retry: 'never' });
  });

  it('a refused statement shows Snowflake’s own words', async () => {
    const failure = await failureOf({
      status: 422,
      body: JSON.stringify({
        code: '002003',
        message: "SQL compilation error:\nObject 'SHOP.PUBLIC.ORDERZ' does not exist or not authorized.",
      }),
    });
    expect(failure).toMatchObject({
      code: 'source/statement-failed',
      message:
        "Snowflake could not run a statement (002003): SQL compilation error: Object 'SHOP.PUBLIC.ORDERZ' does not exist or not authorized.",
      hint: expect.stringContaining('name'),
    });
  });

  it('a message about data is shown without the value', async () => {
    const failure = await failureOf({
      status: 422,
      body: JSON.stringify({ code: '100038', message: "Numeric value 'J. O''Neil' is not recognized" }),
    });
    expect(failure).toMatchObject({ message: "Snowflake could not run a statement (100038): Numeric value '…' is not recognized." });
  });

  it.each([
    ['a web page', { body: '<html>Welcome</html>' }],
    ['JSON of another kind', { body: '{"hello":"world"}' }],
    ['rows that are no rows', { body: JSON.stringify({ ...JSON.parse(String(ONE_ROW.body)), data: [[{ a: 1 }]] }) }],
    ['a running statement without a handle', { status: 202, body: '{}' }],
    ['a redirect', { status: 302, headers: { location: '/login' } }],
    ['another server’s 404', { status: 404, body: 'not found' }],
  ])('%s is not the protocol', async (_, reply) => {
    expect(await failureOf(reply)).toMatchObject({ code: 'source/protocol' });
  });
});

describe('long statements', () => {
  it('are asked for until they are done, ever more rarely', async () => {
    const clock = hurriedClock();
    const server = await serve(fakeSqlApi(() => ({ partitions: [[['1']]] }), 14));
    const body = await clientFor(server.url, { clock }).execute(SELECT, CONTEXT, buffer);
    expect(JSON.parse(body.toString()).data).toEqual([['1']]);
    expect(clock.slept.slice(0, 4)).toEqual([2, 4, 8, 16]);
    expect(clock.slept.at(-1)).toBe(3000);
  });

  it('are cancelled when the run is stopped', async () => {
    const stop = new AbortController();
    const server = await serve((request) => {
      if (request.method === 'GET') stop.abort();
      return fakeSqlApi(() => ({ partitions: [] }), Number.POSITIVE_INFINITY)(request);
    });
    const running = clientFor(server.url).execute(SELECT, { ...CONTEXT, signal: stop.signal }, buffer);
    await expect(running).rejects.toMatchObject({ code: 'run/interrupted' });
    expect(server.requests.at(-1)).toMatchObject({ method: 'POST', path: '/api/v2/statements/handle-0/cancel' });
  });

  it('are cancelled even before they were answered: the same request tells the handle', async () => {
    const stop = new AbortController();
    const server = await serve(async ({ path, query }) => {
      if (path.endsWith('/cancel')) return { body: '{}' };
      if (query.get('retry') === 'true') return { status: 202, body: JSON.stringify({ statementHandle: 'handle-7' }) };
      stop.abort();
      return await new Promise<Reply>(() => {});
    });
    const running = clientFor(server.url).query(SELECT, { ...CONTEXT, signal: stop.signal });
    await expect(running).rejects.toMatchObject({ code: 'run/interrupted' });
    const [first, resent, cancel] = server.requests;
    expect(first?.query.get('async')).toBeNull();
    expect(resent?.query.get('requestId')).toBe(first?.query.get('requestId'));
    expect(resent?.query.get('async')).toBe('true');
    expect(cancel?.path).toBe('/api/v2/statements/handle-7/cancel');
  });

  it('are not sent at all once the run is stopped', async () => {
    const server = await serve(() => ONE_ROW);
    const stopped = { ...CONTEXT, signal: AbortSignal.abort() };
    await expect(clientFor(server.url).query(SELECT, stopped)).rejects.toMatchObject({ code: 'run/interrupted' });
    expect(server.requests).toEqual([]);
  });

  it('tell their handle before they are waited for, and can be waited for again by it', async () => {
    const told: string[] = [];
    const server = await serve(fakeSqlApi(() => ({ columns: [column('X')], partitions: [[['1']]] }), 3));
    const client = clientFor(server.url);
    await client.longQuery(SELECT, CONTEXT, async (handle) => {
      told.push(handle);
      expect(server.requests).toHaveLength(1);
    });
    expect(told).toEqual(['handle-0']);
    expect(await client.attachQuery('handle-0', CONTEXT)).toMatchObject({ data: [['1']] });
  });
});

describe('limits', () => {
  it('go to Snowflake with the statement', async () => {
    const server = await serve(() => ONE_ROW);
    await clientFor(server.url, { connection: { statementTimeout: 90 } }).query(SELECT, { ...CONTEXT, run: 'r1' });
    const body = JSON.parse(server.requests[0]?.body ?? '{}');
    expect(body.timeout).toBe(90);
    expect(JSON.parse(body.parameters.QUERY_TAG)).toMatchObject({ run: 'r1' });
  });

  it('keep statements waiting until there is room', async () => {
    let running = 0;
    let most = 0;
    const server = await serve(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return ONE_ROW;
    });
    const client = clientFor(server.url, { connection: { maxStatements: 2 } });
    await Promise.all(Array.from({ length: 7 }, () => client.query(SELECT, CONTEXT)));
    expect(most).toBeLessThanOrEqual(2);
    expect(server.requests).toHaveLength(7);
  });
});

describe('partitions', () => {
  it.each([
    ['labelled', { 'content-encoding': 'gzip' }],
    ['not labelled', {}],
  ])('are unpacked when gzip is %s', async (_, headers) => {
    const server = await serve(() => ({ headers, body: gzipSync('{"data":[["é"]]}') }));
    const body = await clientFor(server.url).readPartition('h', 3, CONTEXT, buffer);
    expect(body.toString()).toBe('{"data":[["é"]]}');
    expect(server.requests[0]).toMatchObject({ path: '/api/v2/statements/h' });
    expect(server.requests[0]?.query.get('partition')).toBe('3');
  });
});
