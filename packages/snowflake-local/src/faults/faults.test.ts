import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Json, makeToken, startTestServer, type TestServer } from '../testing/sql-api.ts';
import type { Fault } from './fault.ts';

let server: TestServer;
const ADMIN = 'an admin token';

beforeAll(async () => {
  server = await startTestServer({ rowsPerPartition: 400, adminToken: ADMIN });
  await server.database.run("CREATE TABLE T AS SELECT i::DECIMAL(38,0) AS ID, 'row ' || i AS NAME FROM range(1000) r(i)");
});

afterEach(() => {
  server.faults.clear();
  server.faults.forgetRequests();
});

afterAll(() => server.close());

interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a statement and reads the answer to its end, whatever it is. */
async function send(statement: string, query = '', signal?: AbortSignal): Promise<Raw> {
  const response = await fetch(`${server.url}/api/v2/statements${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${makeToken()}` },
    body: JSON.stringify({ statement }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const ALL = 'SELECT * FROM T ORDER BY ID';

async function handleOf(statement: string): Promise<string> {
  return String((await server.submit(statement)).body['statementHandle']);
}

function partition(handle: string, number: number): Promise<Response> {
  return fetch(`${server.url}/api/v2/statements/${handle}?partition=${number}`, { headers: { Authorization: `Bearer ${makeToken()}` } });
}

describe('a fault', () => {
  test('meets the nth request that matches, so many times, and nobody else', async () => {
    const added = server.faults.add({ match: { path: '/statements', nth: 2, times: 2 }, kind: 'status', status: 429 });
    const statuses: number[] = [];
    for (let request = 0; request < 5; request++) statuses.push((await send('SELECT 1')).status);
    expect(statuses).toEqual([200, 429, 429, 200, 200]);
    expect(added.hits()).toBe(2);
    expect(server.faults.requests().map(({ fault, status }) => [fault, status])).toEqual([
      [undefined, 200],
      ['status', 429],
      ['status', 429],
      [undefined, 200],
      [undefined, 200],
    ]);
  });

  test('can be looked for in the body, and the others are served all the same', async () => {
    server.faults.add({ match: { body: /count\(\*\)/gi }, kind: 'status', status: 503, retryAfterSeconds: 1 });
    expect((await send('SELECT 1')).status).toBe(200);
    const refused = await send('SELECT COUNT(*) FROM T');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.text).toContain('503 Service Temporarily Unavailable');
    expect((await send('SELECT COUNT(*) FROM T')).status).toBe(200);
  });

  test('goes when it is removed, and must be possible', async () => {
    server.faults.add({ kind: 'status', status: 500 }).remove();
    expect((await send('SELECT 1')).status).toBe(200);
    expect(() => server.faults.add({ match: { nth: 0 }, kind: 'pending' })).toThrow(/nth/);
  });
});

describe('what goes wrong', () => {
  test('pending: a statement that is over is said to run', async () => {
    server.faults.add({ match: { times: 3 }, kind: 'pending' });
    const { status, body } = await server.submit('SELECT 42');
    expect([status, body['code']]).toEqual([202, '333334']);
    const url = String(body['statementStatusUrl']);
    expect([(await server.call('GET', url)).status, (await server.call('GET', url)).status]).toEqual([202, 202]);
    expect((await server.call('GET', url)).body).toMatchObject({ data: [['42']] });
  });

  test('pending leaves partitions and failures alone', async () => {
    const handle = await handleOf(ALL);
    server.faults.add({ match: { times: 2 }, kind: 'pending' });
    expect((await partition(handle, 1)).status).toBe(200);
    expect((await send('SELECT * FROM NOWHERE')).status).toBe(422);
  });

  test('status: 403 has the body of an object store', async () => {
    const handle = await handleOf(ALL);
    server.faults.add({ match: { path: /partition=1$/ }, kind: 'status', status: 403 });
    const refused = await partition(handle, 1);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'application/xml']);
    expect(await refused.text()).toContain('<Message>Request has expired</Message>');
    expect((await partition(handle, 1)).status).toBe(200);
  });

  test('status after: the statement ran, and only the answer is lost', async () => {
    await server.database.run('CREATE OR REPLACE TABLE LOST (A INTEGER)');
    server.faults.add({ kind: 'status', status: 502, after: true });
    const query = '?requestId=00000000-0000-4000-8000-000000000001';
    expect((await send('INSERT INTO LOST VALUES (1)', query)).status).toBe(502);
    expect((await send('INSERT INTO LOST VALUES (1)', `${query}&retry=true`)).status).toBe(200);
    expect(await server.rows('SELECT COUNT(*) FROM LOST')).toEqual([['1']]);
  });

  test('expired-token', async () => {
    server.faults.add({ kind: 'expired-token' });
    const { status, text } = await send('SELECT 1');
    expect([status, (JSON.parse(text) as Json)['code']]).toEqual([401, '390144']);
  });

  test('drop: the connection breaks, before or after', async () => {
    await server.database.run('CREATE OR REPLACE TABLE DROPPED (A INTEGER)');
    server.faults.add({ kind: 'drop' });
    await expect(send('INSERT INTO DROPPED VALUES (1)')).rejects.toThrow('fetch failed');
    server.faults.add({ kind: 'drop', after: true });
    await expect(send('INSERT INTO DROPPED VALUES (2)')).rejects.toThrow('fetch failed');
    expect(await server.rows('SELECT * FROM DROPPED')).toEqual([['2']]);
    expect(server.faults.requests().map(({ status }) => status)).toEqual([undefined, undefined, 200]);
  });

  test('hang: nothing comes, or only the beginning', async () => {
    server.faults.add({ kind: 'hang', bytes: 10 });
    const stop = new AbortController();
    const response = await fetch(`${server.url}/api/v2/statements`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${makeToken()}` },
      body: JSON.stringify({ statement: 'SELECT 1' }),
      signal: stop.signal,
    });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value).toHaveLength(10);
    const next = reader?.read();
    stop.abort();
    await expect(next).rejects.toThrow();
    server.faults.add({ kind: 'hang' });
    await expect(send('SELECT 1', '', AbortSignal.timeout(100))).rejects.toThrow();
  });

  test('truncate: the body breaks off, or ends early as if it were whole', async () => {
    const handle = await handleOf(ALL);
    const whole = Buffer.from(await (await partition(handle, 1)).arrayBuffer());
    expect(JSON.parse(whole.toString())).toHaveProperty('data');
    server.faults.add({ match: { path: 'partition=1' }, kind: 'truncate' });
    await expect(partition(handle, 1).then((response) => response.text())).rejects.toThrow();
    server.faults.add({ match: { path: 'partition=1' }, kind: 'truncate', bytes: 100, looksComplete: true });
    // The trap: fetch unpacks what is there and says nothing.
    const cut = await (await partition(handle, 1)).text();
    expect(() => JSON.parse(cut)).toThrow();
    server.faults.add({ kind: 'truncate', bytes: 100, looksComplete: true });
    expect((await send('SELECT 1')).text).toHaveLength(100);
  });

  test('wrong-gzip: packed or not, nobody can unpack it', async () => {
    const handle = await handleOf(ALL);
    server.faults.add({ kind: 'wrong-gzip', match: { times: 2 } });
    await expect(partition(handle, 1).then((response) => response.text())).rejects.toThrow();
    await expect(send('SELECT 1')).rejects.toThrow();
    expect(() => gunzipSync(Buffer.from('{}'))).toThrow();
  });

  test('slow: the answer comes, later', async () => {
    server.faults.add({ kind: 'slow', ms: 60 });
    const started = performance.now();
    expect((await send('SELECT 1')).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(50);
  });

  test('late-commit: rows that were not there when the request was sent', async () => {
    await server.database.run('CREATE OR REPLACE TABLE LATE (A INTEGER)');
    server.faults.add({ match: { body: 'FROM LATE' }, kind: 'late-commit', sql: 'INSERT INTO LATE VALUES (7)' });
    expect(await server.rows('SELECT A FROM LATE')).toEqual([['7']]);
    expect(await server.rows('SELECT COUNT(*) FROM LATE')).toEqual([['1']]);
  });
});

describe('over HTTP', () => {
  const admin = async (method: string, path: string, body?: unknown, token = ADMIN): Promise<[number, unknown]> => {
    const response = await fetch(`${server.url}/admin/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return [response.status, await response.json()];
  };

  test('faults are added, listed and cleared, and requests are shown', async () => {
    expect((await admin('POST', 'faults', { kind: 'status', status: 500, match: { path: 'statements$', times: 9 } }))[0]).toBe(201);
    expect((await send('SELECT 1')).status).toBe(500);
    expect(await admin('GET', 'faults')).toEqual([
      200,
      [{ kind: 'status', status: 500, match: { path: 'statements$', times: 9 }, hits: 1 }],
    ]);
    await admin('DELETE', 'faults');
    expect((await send('SELECT 1')).status).toBe(200);
    expect(await admin('GET', 'requests')).toEqual([
      200,
      [
        { method: 'POST', path: '/api/v2/statements', fault: 'status', status: 500 },
        { method: 'POST', path: '/api/v2/statements', status: 200 },
      ],
    ]);
    await admin('DELETE', 'requests');
    expect(server.faults.requests()).toEqual([]);
  });

  test.each<[unknown, RegExp]>([
    [{ kind: 'nonsense' }, /kind is one of slow/],
    [{ kind: 'slow' }, /needs ms/],
    [{ kind: 'slow', ms: '1' }, /slow.ms must be a number/],
    [{ kind: 'drop', when: 'now' }, /no member when/],
    [{ kind: 'drop', match: { pth: 'x' } }, /no member pth/],
    [{ kind: 'drop', match: { path: '(' } }, /regular expression/],
    [[], /must be an object/],
  ])('%j is refused', async (body, message) => {
    const [status, answer] = await admin('POST', 'faults', body);
    expect([status, JSON.stringify(answer)]).toEqual([400, expect.stringMatching(message)]);
  });

  test('only for whoever knows the token, and only if there is one', async () => {
    expect((await admin('GET', 'faults', undefined, 'another'))[0]).toBe(401);
    expect((await admin('GET', 'nothing'))[0]).toBe(404);
    const closed = await startTestServer();
    expect((await fetch(`${closed.url}/admin/faults`)).status).toBe(401);
    expect((await fetch(`${closed.url}/admin/faults`, { headers: { Authorization: `Bearer ${makeToken()}` } })).status).toBe(404);
    await closed.close();
  });
});

test('every kind at every request of a small run: it ends right, or in an error, and never hangs the server', async () => {
  const kinds: readonly Fault[] = [
    { kind: 'status', status: 429 },
    { kind: 'status', status: 500, after: true },
    { kind: 'expired-token' },
    { kind: 'truncate' },
    { kind: 'wrong-gzip' },
    { kind: 'drop' },
    { kind: 'drop', after: true },
    { kind: 'pending' },
  ];
  for (const fault of kinds) {
    for (let nth = 1; nth <= 3; nth++) {
      server.faults.clear();
      server.faults.add({ ...fault, match: { nth } });
      const rows = await server.rows(ALL).catch(() => undefined);
      if (rows !== undefined) expect(rows).toHaveLength(1000);
      server.faults.clear();
      expect(await server.rows(ALL)).toHaveLength(1000);
    }
  }
});
