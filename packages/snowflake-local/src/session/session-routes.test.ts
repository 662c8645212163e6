import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../start-server.ts';
import { openSession, type SessionClient, sendSession } from '../testing/session-client.ts';
import { type Json, KEYS, makeToken } from '../testing/sql-api.ts';

const LOGIN = { LOGIN_NAME: 'dev', PASSWORD: 'secret' };
const ROWS = 20_000;

let server: RunningServer;
let lake: string;
let client: SessionClient;

beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'snowflake-local-stage-'));
  server = await startServer({
    stages: { LAKE: lake },
    users: [
      { name: 'dev', password: 'secret', publicKeyPem: KEYS.publicKeyPem },
      { name: 'other', password: 'secret' },
    ],
    memoryLimit: '512MB',
    partitionBytes: 64 * 1024,
  });
  await server.database.run(`CREATE TABLE MANY AS SELECT range AS N, 'row' AS TEXT FROM range(${ROWS})`);
  client = await openSession(server, LOGIN);
});

afterAll(async () => {
  await server.close();
  await rm(lake, { recursive: true });
});

describe('logging in', () => {
  it('gives tokens, the place and the parameters', async () => {
    const search = '?databaseName=shop&schemaName=public&warehouse=wh&roleName=%22Mixed%22';
    const { status, body, data } = await sendSession(server, 'POST', `/session/v1/login-request${search}`, { data: LOGIN });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, code: null, message: null });
    expect(data).toMatchObject({
      token: expect.any(String),
      masterToken: expect.any(String),
      validityInSeconds: 3600,
      masterValidityInSeconds: 14_400,
      sessionId: expect.any(Number),
      sessionInfo: { databaseName: 'SHOP', schemaName: 'PUBLIC', warehouseName: 'WH', roleName: 'Mixed' },
    });
    expect(data['parameters']).toContainEqual({ name: 'TIMEZONE', value: 'Etc/UTC' });
  });

  it('says as little as Snowflake when it refuses', async () => {
    const login = (data: Json) => sendSession(server, 'POST', '/session/v1/login-request', { data });
    const unknown = await login({ LOGIN_NAME: 'nobody', PASSWORD: 'secret' });
    const wrong = await login({ LOGIN_NAME: 'dev', PASSWORD: 'wrong' });
    expect(unknown.body).toEqual(wrong.body);
    expect(wrong.body).toMatchObject({ success: false, code: '390100' });
    expect((await login({ ...LOGIN, AUTHENTICATOR: 'EXTERNALBROWSER' })).body).toMatchObject({ success: false, code: '390400' });
    expect((await login({ ...LOGIN, AUTHENTICATOR: 'constructor' })).body).toMatchObject({ success: false, code: '390400' });
    expect((await login({ ...LOGIN, AUTHENTICATOR: 'SNOWFLAKE_JWT' })).body).toMatchObject({ success: false });
  });

  it('takes a compressed body, and refuses one that is broken or grows without end', async () => {
    const post = async (body: Buffer): Promise<{ readonly status: number; readonly body: Json }> => {
      const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
      const response = await fetch(`${server.url}/session/v1/login-request`, { method: 'POST', headers, body: new Uint8Array(body) });
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
    expect((await post(gzipSync(JSON.stringify({ data: LOGIN })))).body).toMatchObject({ success: true });
    expect((await post(Buffer.from('no gzip'))).body).toMatchObject({ success: false, code: '391908' });
    expect((await post(gzipSync(Buffer.alloc(20 * 1024 * 1024)))).body).toMatchObject({ success: false, code: '391901' });
  });
});

describe('a result', () => {
  it('has its first rows inside, in the encoding of drivers', async () => {
    const { data } = await client.query(
      "SELECT TRUE b, FALSE c, '2024-01-01 00:00:00.1234'::TIMESTAMP_NTZ(3) t3, '00:00:01'::TIME(0) t0, '1969-12-31 23:59:59.5'::TIMESTAMP_NTZ(1) t1, NULL::BOOLEAN n",
    );
    expect(data).toMatchObject({ total: 1, returned: 1, version: 1, queryResultFormat: 'json', statementTypeId: 4096 });
    expect(data['rowset']).toEqual([['1', '0', '1704067200.123', '1', '-0.5', null]]);
    expect(data['chunks']).toBeUndefined();
    expect(data['queryId']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  });

  it('has its other rows at signed addresses, compressed, without brackets', async () => {
    const { data } = await client.query('SELECT n FROM many ORDER BY n');
    const { chunks, chunkHeaders, rowset } = data as unknown as ChunkedResult;
    expect(chunks.length).toBeGreaterThan(1);
    let next = rowset.length;
    for (const { url, rowCount, compressedSize } of chunks) {
      const response = await fetch(url, { headers: { ...chunkHeaders, 'Accept-Encoding': 'gzip' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(Number(response.headers.get('content-length'))).toBe(compressedSize);
      const rows: [string][] = JSON.parse(`[${await response.text()}]`);
      expect(rows.map(([n]) => Number(n))).toEqual(Array.from({ length: rowCount }, (_, at) => next + at));
      next += rowCount;
    }
    expect(next).toBe(ROWS);
  });

  it('gives a chunk to nobody without the signature and the key', async () => {
    const { data } = await client.query('SELECT n FROM many');
    const { chunks, chunkHeaders } = data as unknown as ChunkedResult;
    const [url = ''] = chunks.map((chunk) => chunk.url);
    const statusOf = async (address: string, headers: Record<string, string> = chunkHeaders, method = 'GET'): Promise<number> =>
      (await fetch(address, { method, headers })).status;
    expect(await statusOf(url)).toBe(200);
    expect(await statusOf(url, {})).toBe(403);
    expect(await statusOf(url.replace(/.$/, '~'))).toBe(403);
    expect(await statusOf(url.replace('user=DEV', 'user=OTHER'))).toBe(403);
    expect(await statusOf(url.replace('/1?', '/2?'))).toBe(403);
    expect(await statusOf(url, chunkHeaders, 'POST')).toBe(405);
  });

  it('is not shown to other users, nor through the SQL API', async () => {
    const { data } = await client.query('SELECT 1');
    const path = `/queries/${String(data['queryId'])}/result`;
    expect((await client.send('GET', path)).data['rowset']).toEqual([['1']]);
    const headers = { Authorization: `Bearer ${makeToken({ user: 'DEV' })}` };
    expect((await fetch(`${server.url}/api/v2/statements/${String(data['queryId'])}`, { headers })).status).toBe(404);
    const other = await openSession(server, { ...LOGIN, LOGIN_NAME: 'other' });
    expect((await other.send('GET', path)).body).toMatchObject({ success: false, code: '000709' });
    expect((await other.send('GET', `/monitoring/queries/${String(data['queryId'])}`)).data).toEqual({ queries: [] });
    expect((await other.send('POST', `/queries/${String(data['queryId'])}/abort-request`)).body).toMatchObject({ code: '000605' });
  });

  it('is read as a table by a later statement of the same user, also through the SQL API', async () => {
    const large = await client.query("SELECT n, text, n = 3 AS b, '2024-01-01'::DATE AS d FROM many");
    const small = await client.query('SELECT 7 AS n, NULL AS text, NULL::BOOLEAN AS b, NULL::DATE AS d');
    const scan = ({ data }: { readonly data: Json }): string => `SELECT * FROM TABLE(RESULT_SCAN('${String(data['queryId'])}'))`;
    const sums = `SELECT COUNT(*), SUM(n), COUNT(text), COUNT_IF(b), COUNT_IF(d = '2024-01-01'::DATE) FROM (${scan(large)} UNION ALL ${scan(small)})`;
    expect((await client.query(sums)).data['rowset']).toEqual([['20001', String((ROWS * (ROWS - 1)) / 2 + 7), '20000', '1', '20000']]);
    const headers = { Authorization: `Bearer ${makeToken({ user: 'DEV' })}`, 'Content-Type': 'application/json' };
    const statement = { method: 'POST', headers, body: JSON.stringify({ statement: sums.replaceAll('SELECT *', 'SELECT n, text, b, d') }) };
    expect(await (await fetch(`${server.url}/api/v2/statements`, statement)).json()).toMatchObject({
      data: [['20001', '199990007', '20000', '1', '20000']],
    });
    const other = await openSession(server, { ...LOGIN, LOGIN_NAME: 'other' });
    expect((await other.query(sums)).body).toMatchObject({ success: false, code: '000709' });
  });

  it('is described without running', async () => {
    const { data } = await client.query('SELECT n, ? AS x FROM many', { describeOnly: true });
    expect(data).toMatchObject({ total: 0, rowset: [], rowtype: [{ name: 'N', type: 'fixed' }, { name: 'X' }] });
    await client.query('CREATE TABLE untouched (n INT)');
    const insert = await client.query('INSERT INTO untouched VALUES (?)', { describeOnly: true });
    expect(insert.data).toMatchObject({ statementTypeId: 0x3100, rowtype: [{ name: 'number of rows inserted' }] });
    const definition = await client.query('DROP TABLE untouched', { describeOnly: true });
    expect(definition.data).toMatchObject({ rowtype: [{ name: 'status' }] });
    const merge = 'MERGE INTO untouched USING (SELECT 1 AS n) s ON untouched.n = s.n WHEN MATCHED THEN UPDATE SET n = 2';
    expect((await client.query(merge, { describeOnly: true })).data).toMatchObject({ statementTypeId: 0x3400 });
    expect((await client.query('SELECT COUNT(*) FROM untouched')).data['rowset']).toEqual([['0']]);
  });
});

describe('a token', () => {
  it('that is none of ours is refused', async () => {
    expect((await client.send('POST', '/session/heartbeat', {}, 'nonsense')).body).toMatchObject({ success: false, code: '390104' });
    expect((await client.send('POST', '/session/token-request', {}, client.token)).body).toMatchObject({ code: '390115' });
  });

  it('is renewed with the master token, and the old one stays expired', async () => {
    const own = await openSession(server, LOGIN);
    const { data } = await own.send(
      'POST',
      '/session/token-request',
      { requestType: 'RENEW', oldSessionToken: own.token },
      own.masterToken,
    );
    expect(data).toMatchObject({ validityInSecondsST: 3600, validityInSecondsMT: 14_400 });
    expect((await own.query('SELECT 1')).body).toMatchObject({ success: false, code: '390112' });
    expect((await own.send('POST', '/session/heartbeat', {}, String(data['sessionToken']))).body).toMatchObject({ success: true });
  });

  it('dies with its session', async () => {
    const own = await openSession(server, LOGIN);
    expect((await own.send('POST', '/session', {})).body).toMatchObject({ code: '390400' });
    expect((await own.send('POST', '/session?delete=true', {})).body).toMatchObject({ success: true });
    expect((await own.query('SELECT 1')).body).toMatchObject({ success: false, code: '390111' });
    expect((await own.send('POST', '/session/token-request', {}, own.masterToken)).body).toMatchObject({ code: '390111' });
  });

  it('expires by itself, and cannot be renewed for ever', async () => {
    const hasty = await startServer({ users: [{ name: 'dev', password: 'secret' }], sessionSeconds: 0, masterSeconds: 0 });
    const own = await openSession(hasty, LOGIN);
    expect((await own.query('SELECT 1')).body).toMatchObject({ code: '390112' });
    expect((await own.send('POST', '/session/token-request', {}, own.masterToken)).body).toMatchObject({ code: '390114' });
    await hasty.close();
  });
});

describe('a request', () => {
  it('that is not known is refused', async () => {
    expect((await client.query('')).body).toMatchObject({ success: false, code: '000900' });
    expect((await client.query('SELECT 1', { bindStage: '@stage' })).body).toMatchObject({ code: '000002' });
    expect((await client.query('SELECT 1', { parameters: { MULTI_STATEMENT_COUNT: 2 } })).body).toMatchObject({ code: '001006' });
    expect((await client.query('SELECT 1', { bindings: { '1': { value: 'x' } } })).body).toMatchObject({ code: '002050' });
    expect((await client.send('POST', '/queries/v1/query-request', 'no object')).body).toMatchObject({ code: '000900' });
    const broken = await fetch(`${server.url}/session/v1/login-request`, { method: 'POST', body: '{' });
    expect(await broken.json()).toMatchObject({ success: false, code: '391908' });
  });

  it('by its id stops what runs', async () => {
    const endless = 'SELECT COUNT(*) FROM many a, many b, many c WHERE a.n + b.n + c.n < 0';
    const requestId = '01234567-89ab-4cde-8f01-23456789abcd';
    const { data, body } = await client.query(endless, { asyncExec: true }, `?requestId=${requestId}`);
    expect(body).toMatchObject({ success: true, code: '333334' });
    expect(data['getResultUrl']).toBe(`/queries/${String(data['queryId'])}/result`);
    expect((await client.send('POST', '/queries/v1/abort-request', { requestId })).body).toMatchObject({ success: true });
    expect((await client.send('POST', '/queries/v1/abort-request', { requestId })).body).toMatchObject({ code: '000605' });
    const after = await client.send('GET', `/queries/${String(data['queryId'])}/result`);
    expect(after.body).toMatchObject({ success: false, code: '000604' });
    expect(after.data).toMatchObject({ sqlState: '57014', queryId: data['queryId'] });
  });

  it('scans the result of an earlier one', async () => {
    const { data } = await client.query('SELECT 42 AS answer');
    const scanned = await client.query(`select * from table(result_scan('${String(data['queryId'])}'))`);
    expect(scanned.data['rowset']).toEqual([['42']]);
  });

  it('for telemetry is accepted', async () => {
    expect((await client.send('POST', '/telemetry/send', { logs: [] })).body).toMatchObject({ success: true });
  });
});

interface ChunkedResult {
  readonly rowset: readonly unknown[];
  readonly chunkHeaders: Record<string, string>;
  readonly chunks: readonly { readonly url: string; readonly rowCount: number; readonly compressedSize: number }[];
}

describe('what the SQL API can do', () => {
  it('can be done by drivers, too: unloading', async () => {
    const copy = "COPY INTO @LAKE/few/ FROM (SELECT 'a' AS A) FILE_FORMAT = (TYPE = PARQUET)";
    expect((await client.query(copy, { describeOnly: true })).body).toMatchObject({ success: false, code: '000002' });
    expect((await client.query(copy)).data).toMatchObject({
      statementTypeId: 0x3700,
      rowset: [['1', expect.any(String), expect.any(String)]],
    });
    expect(await readdir(join(lake, 'few'))).toEqual(['data_0_0_0.snappy.parquet']);
    expect((await client.query("SHOW STAGES LIKE 'LAKE'")).data).toMatchObject({ total: 1 });
  });

  it('can be done by drivers, too: looking at the past', async () => {
    await client.query('CREATE TABLE kept (n INT)');
    await client.query('INSERT INTO kept VALUES (1)');
    const { data } = await client.query('INSERT INTO kept VALUES (2)');
    const past = `SELECT n FROM kept BEFORE (STATEMENT => '${String(data['queryId'])}')`;
    const described = await client.query(past, { describeOnly: true });
    expect(described.data).toMatchObject({ total: 0, rowtype: [expect.objectContaining({ name: 'N' })] });
    expect((await client.query(past)).data['rowset']).toEqual([['1']]);
  });

  it('goes wrong on purpose for drivers, too', async () => {
    server.faults.add({ match: { path: /query-request/ }, kind: 'expired-token' });
    expect((await client.query('SELECT 1')).body).toMatchObject({ success: false, code: '390112' });
    expect((await client.query('SELECT 1')).body).toMatchObject({ success: true });
  });
});
