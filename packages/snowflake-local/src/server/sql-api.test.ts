import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiAnswer,
  type Json,
  makeToken,
  metadataOf,
  OTHER_KEYS,
  partitionsOf,
  rowsOf,
  rowTypeOf,
  startTestServer,
  type TestServer,
} from '../testing/sql-api.ts';

let server: TestServer;
const SLOW = 'SELECT COUNT(*) FROM BIG a CROSS JOIN BIG b WHERE a.I + b.I < 0';
const uuid = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;

beforeAll(async () => {
  server = await startTestServer({ rowsPerPartition: 400 });
  await server.database.run('CREATE TABLE BIG AS SELECT i AS I FROM range(200000) r(i)');
  await server.database.run("CREATE TABLE T AS SELECT i::DECIMAL(38,0) AS ID, 'row ' || i AS NAME FROM range(1000) r(i)");
});

afterAll(() => server.close());

const handleOf = (body: Json): string => String(body['statementHandle']);

async function untilOver(body: Json): Promise<ApiAnswer> {
  for (;;) {
    const answer = await server.call('GET', String(body['statementStatusUrl']));
    if (answer.status !== 202) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a synchronous statement', () => {
  it('is answered with metadata and the first partition', async () => {
    const { status, body } = await server.submit('SELECT id, name FROM t ORDER BY id');
    expect(status).toBe(200);
    expect(body).toMatchObject({ code: '090001', sqlState: '00000', message: 'Statement executed successfully.' });
    expect(body['createdOn']).toBeTypeOf('number');
    expect(handleOf(body)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(body['statementStatusUrl']).toBe(`/api/v2/statements/${handleOf(body)}?requestId=${String(body['requestId'])}`);
    expect(metadataOf(body)).toMatchObject({ numRows: 1000, format: 'jsonv2' });
    expect(partitionsOf(body).map(({ rowCount }) => rowCount)).toEqual([400, 400, 200]);
    expect(partitionsOf(body)[0]).not.toHaveProperty('compressedSize');
    expect(partitionsOf(body)[1]).toMatchObject({ compressedSize: expect.any(Number), uncompressedSize: expect.any(Number) });
    expect(rowsOf(body)).toHaveLength(400);
    expect(rowTypeOf(body)).toEqual([
      {
        name: 'ID',
        database: 'SHOP',
        schema: 'PUBLIC',
        table: 'T',
        nullable: true,
        type: 'fixed',
        precision: 38,
        scale: 0,
        length: null,
        byteLength: null,
        collation: null,
      },
      {
        name: 'NAME',
        database: 'SHOP',
        schema: 'PUBLIC',
        table: 'T',
        nullable: true,
        type: 'text',
        precision: null,
        scale: null,
        length: 16777216,
        byteLength: 16777216,
        collation: null,
      },
    ]);
  });

  it('gives further partitions as gzip with the rows alone, as often as one asks and in any order', async () => {
    const { body } = await server.submit('SELECT id FROM t ORDER BY id');
    const partition = async (number: number): Promise<ApiAnswer> =>
      server.call('GET', `/api/v2/statements/${handleOf(body)}?partition=${number}`);
    const [last, middle, again] = await Promise.all([partition(2), partition(1), partition(1)]);
    expect(last?.headers.get('content-encoding')).toBe('gzip');
    expect(last?.text.startsWith('{"data":[["800"],')).toBe(true);
    expect(Object.keys(last?.body ?? {})).toEqual(['data']);
    expect(middle?.text).toBe(again?.text);
    const whole = [...rowsOf(body), ...rowsOf(middle?.body ?? {}), ...rowsOf(last?.body ?? {})];
    expect(whole).toEqual(Array.from({ length: 1000 }, (_, at) => [String(at)]));
    const { uncompressedSize } = partitionsOf(body)[2] ?? {};
    expect(last?.text.length).toBe(uncompressedSize);
  });

  it('can be read again by its handle, and only by its user', async () => {
    const { body } = await server.submit('SELECT 1 AS a');
    expect((await server.call('GET', `/api/v2/statements/${handleOf(body)}`)).body).toEqual(body);
    expect((await server.call('GET', `/api/v2/statements/${handleOf(body)}?partition=0`)).body).toEqual(body);
    expect((await server.call('GET', `/api/v2/statements/${handleOf(body)}?partition=7`)).status).toBe(400);
    expect((await server.call('GET', `/api/v2/statements/${handleOf(body)}?partition=x`)).status).toBe(400);
  });

  it('is compressed for those who take it', async () => {
    const statement = "SELECT REPEAT('x', 5000) AS long";
    const plain = await server.call('POST', '/api/v2/statements', { body: { statement }, headers: { 'Accept-Encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const packed = await server.call('POST', '/api/v2/statements', { body: { statement }, headers: { 'Accept-Encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(rowsOf(packed.body)).toEqual(rowsOf(plain.body));
  });

  it('has one empty partition when there are no rows', async () => {
    for (const statement of ['SELECT id FROM t WHERE id < 0', 'SELECT id FROM t LIMIT 0']) {
      const { body } = await server.submit(statement);
      expect(metadataOf(body)).toMatchObject({ numRows: 0, partitionInfo: [{ rowCount: 0 }] });
      expect(rowsOf(body)).toEqual([]);
    }
  });

  it('runs in the context that the request names', async () => {
    await server.submit('CREATE SCHEMA IF NOT EXISTS other');
    await server.submit('CREATE OR REPLACE TABLE other.here AS SELECT 1 AS a');
    const context = { database: 'SHOP', schema: 'OTHER', warehouse: 'WH', role: 'READER' };
    const statement = 'SELECT a, CURRENT_SCHEMA(), CURRENT_WAREHOUSE(), CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT() FROM here';
    expect(await server.rows(statement, context)).toEqual([['1', 'OTHER', 'WH', 'READER', 'TESTER', 'LOCAL']]);
    expect((await server.submit('SELECT 1', { schema: 'NOWHERE' })).body).toMatchObject({ code: '002043' });
    expect((await server.submit('SELECT 1', { database: 'shop' })).body).toMatchObject({ code: '002043' });
  });

  it('takes bound values', async () => {
    const bindings = {
      1: { type: 'FIXED', value: '7' },
      2: { type: 'TEXT', value: "it's ?" },
      3: { type: 'BOOLEAN', value: 'true' },
      4: { type: 'DATE', value: '86400000' },
      5: { type: 'TIMESTAMP_NTZ', value: '1500000000' },
      6: { type: 'REAL', value: '1.5' },
      7: { type: 'TEXT', value: null },
    };
    expect(await server.rows("SELECT ?, ?, ?, ?, ?, ?, ?, '?' -- ?", { bindings })).toEqual([
      ['7', "it's ?", 'true', '1', '1.500000000', '1.5', null, '?'],
    ]);
    expect(await server.rows('SELECT COUNT(*) FROM t WHERE id < ?', { bindings })).toEqual([['7']]);
    expect((await server.submit('SELECT ?', { bindings: { 1: { type: 'FIXED', value: '1; DROP' } } })).status).toBe(422);
    expect((await server.submit('SELECT ?, ?', { bindings: { 1: { type: 'FIXED', value: '1' } } })).status).toBe(422);
  });
});

describe('an asynchronous statement', () => {
  it('is answered at once and polled', async () => {
    const started = await server.submit('SELECT COUNT(*) FROM t', {}, '?async=true');
    expect(started.status).toBe(202);
    expect(started.body).toMatchObject({ code: '333334', message: expect.stringContaining('Asynchronous execution in progress') });
    const answer = await untilOver(started.body);
    expect(answer.status).toBe(200);
    expect(rowsOf(answer.body)).toEqual([['1000']]);
  });

  it('is what a synchronous one becomes that takes too long', async () => {
    const impatient = await startTestServer({ waitMs: 0 });
    await impatient.database.run('CREATE TABLE BIG AS SELECT i AS I FROM range(200000) r(i)');
    const answer = await impatient.submit(SLOW);
    expect(answer.status).toBe(202);
    await impatient.close();
  });

  it('can be cancelled', async () => {
    const { body } = await server.submit(SLOW, {}, '?async=true');
    expect((await server.call('GET', `/api/v2/statements/${handleOf(body)}`)).status).toBe(202);
    const cancelled = await server.call('POST', `/api/v2/statements/${handleOf(body)}/cancel`);
    expect(cancelled.status).toBe(200);
    expect(cancelled.body).toMatchObject({ message: 'successfully canceled', statementHandle: handleOf(body) });
    const after = await server.call('GET', `/api/v2/statements/${handleOf(body)}`);
    expect(after.status).toBe(422);
    expect(after.body).toMatchObject({
      code: '000604',
      sqlState: '57014',
      message: 'SQL execution canceled',
      statementHandle: handleOf(body),
    });
    expect((await server.call('POST', `/api/v2/statements/${handleOf(body)}/cancel`)).status).toBe(422);
  });

  it('waits its turn, and leaves the queue when it is cancelled there', async () => {
    const running = await Promise.all([1, 2, 3, 4, 5].map(() => server.submit(SLOW, {}, '?async=true')));
    await Promise.all(running.reverse().map(({ body }) => server.call('POST', `/api/v2/statements/${handleOf(body)}/cancel`)));
    expect(await server.rows('SELECT 1')).toEqual([['1']]);
  });

  it('ends at its own time limit', async () => {
    const answer = await server.submit(SLOW, { timeout: 1 });
    expect(answer.status).toBe(408);
    expect(answer.body).toMatchObject({ code: '000630', sqlState: '57014', message: expect.stringContaining('timeout of 1 second(s)') });
    expect((await server.call('GET', `/api/v2/statements/${handleOf(answer.body)}`)).status).toBe(408);
    const { status } = await server.submit(SLOW, { parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 1 } });
    expect(status).toBe(408);
  });
});

describe('a request that is sent again', () => {
  it('runs its statement once', async () => {
    await server.submit('CREATE OR REPLACE TABLE counted (n INT)');
    const insert = (query: string): Promise<ApiAnswer> => server.submit('INSERT INTO counted SELECT 1', {}, query);
    const answers = await Promise.all([
      insert(`?requestId=${uuid(1)}`),
      insert(`?requestId=${uuid(1)}&retry=true`),
      insert(`?retry=true&requestId=${uuid(1)}`),
    ]);
    expect(new Set(answers.map(({ body }) => handleOf(body))).size).toBe(1);
    expect(await server.rows('SELECT COUNT(*) FROM counted')).toEqual([['1']]);
    await insert(`?requestId=${uuid(2)}&retry=true`);
    expect(await server.rows('SELECT COUNT(*) FROM counted')).toEqual([['2']]);
  });

  it('gets the same failure', async () => {
    const first = await server.submit('SELECT nope', {}, `?requestId=${uuid(3)}`);
    const second = await server.submit('SELECT nope', {}, `?requestId=${uuid(3)}&retry=true`);
    expect(second.body).toEqual(first.body);
  });

  it('needs a UUID', async () => {
    expect((await server.submit('SELECT 1', {}, '?requestId=1')).status).toBe(400);
  });
});

describe('what is refused', () => {
  it.each([
    ['a wrong key', makeToken({ privateKeyPem: OTHER_KEYS.privateKeyPem }), '390144'],
    ['another user', makeToken({ user: 'SOMEBODY' }), '390144'],
    ['no token', null, '390101'],
  ])('%s: 401', async (_, token, code) => {
    for (const [method, path] of [
      ['POST', '/api/v2/statements'],
      ['GET', '/api/v2/statements/x'],
      ['GET', '/nowhere'],
    ] as const) {
      const answer = await server.call(method, path, { token, ...(method === 'POST' ? { body: { statement: 'SELECT 1' } } : {}) });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ code });
    }
  });

  it.each([
    ['not JSON', '{"statement"'],
    ['no object', '[]'],
    ['no statement', '{}'],
    ['a statement that is no text', '{"statement":1}'],
    ['an unknown member', '{"statement":"SELECT 1","statment":""}'],
    ['a negative timeout', '{"statement":"SELECT 1","timeout":-1}'],
    ['bindings that are none', '{"statement":"SELECT 1","bindings":[1]}'],
  ])('%s: 400', async (_, body) => {
    const answer = await server.call('POST', '/api/v2/statements', { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: expect.any(String), message: expect.stringContaining('Invalid request') });
  });

  it('a parameter that would change the result', async () => {
    expect((await server.submit('SELECT 1', { parameters: { TIMEZONE: 'Europe/Berlin' } })).status).toBe(422);
    expect((await server.submit('SELECT 1', { parameters: { MULTI_STATEMENT_COUNT: '2' } })).status).toBe(422);
    expect((await server.submit('SELECT 1', { parameters: { DATE_OUTPUT_FORMAT: 'YYYY' } })).status).toBe(422);
    expect((await server.submit('SELECT 1', { parameters: { QUERY_TAG: 'x', timezone: 'UTC' } })).status).toBe(200);
    expect((await server.submit('SELECT 1', {}, '?nullable=false')).status).toBe(400);
  });

  it('unknown places, methods, content and sizes', async () => {
    expect((await server.call('GET', '/api/v2/nothing')).status).toBe(404);
    expect((await server.call('GET', '/api/v2/statements/01234567-0000-0000-0000-000000000000')).status).toBe(404);
    expect((await server.call('GET', '/api/v2/statements')).status).toBe(405);
    expect((await server.call('DELETE', `/api/v2/statements/${uuid(1)}`)).status).toBe(405);
    expect((await server.call('POST', '/api/v2/statements', { body: 'x', headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
    expect((await server.call('POST', '/api/v2/statements', { body: `{"statement":"${'x'.repeat(17 * 1024 * 1024)}"}` })).status).toBe(413);
  });
});

describe('an error of a statement', () => {
  it.each([
    ['SELECT nope FROM t', '000904', '42000', "invalid identifier 'NOPE'"],
    ['SELECT t.nope FROM t', '000904', '42000', "invalid identifier 'T.NOPE'"],
    ['SELECT * FROM nope', '002003', '42S02', "Object 'SHOP.PUBLIC.NOPE' does not exist or not authorized."],
    ['SELECT * FROM nope.t', '002003', '02000', "Schema 'SHOP.NOPE' does not exist or not authorized."],
    ['SELECT * FROM nope.public.t', '002003', '02000', "Database 'NOPE' does not exist or not authorized."],
    ['SELECT nope(1)', '002140', '42601', 'Unknown function NOPE'],
    ['SELECT ROUND(1, 2, 3)', '000939', '22023', 'too many arguments for function [ROUND]'],
    ['SELECT NVL(1)', '000938', '22023', 'not enough arguments for function [NVL]'],
    ['SELECT id, COUNT(*) FROM t', '000979', '42601', '[ID] is not a valid group by expression'],
    ['SELECT a.id FROM t a JOIN t b ON id = 1', '002025', '42000', "ambiguous column name 'ID'"],
    ['SELEC 1', '001003', '42000', 'syntax error line 1'],
    ['nonsense', '001003', '42000', 'syntax error line 1'],
    ["SELECT 'open", '001003', '42000', 'syntax error line 1'],
    ['-- nothing', '000900', '42601', 'Empty SQL statement.'],
    ['SELECT 1; SELECT 2', '000008', '0A000', 'Actual statement count 2'],
    ["SELECT 'abc'::NUMBER", '100038', '22018', "Numeric value 'abc' is not recognized"],
    ["SELECT 'abc'::DATE", '100040', '22007', "Date 'abc' is not recognized"],
    ["SELECT 'abc'::TIMESTAMP_NTZ", '100035', '22007', "Timestamp 'abc' is not recognized"],
    ["SELECT 'abc'::BOOLEAN", '100037', '22018', "Boolean value 'abc' is not recognized"],
    ["SELECT '2024-01-01 00:00:00.1234567'::TIMESTAMP_NTZ", '100035', '22007', 'nanoseconds'],
    ["SELECT PARSE_JSON('{a')", '100069', '22P02', 'Error parsing JSON'],
    ['SELECT 12345::NUMBER(3,0)', '100039', '22003', 'out of range'],
    ['SELECT 1 / 0', '100051', '22012', 'Division by zero'],
    ['SELECT id % 0 FROM t', '100051', '22012', 'Division by zero'],
    ['CREATE TABLE t (a INT)', '002002', '42710', "Object 'SHOP.PUBLIC.T' already exists."],
    ['DROP TABLE nope', '002003', '42S02', "Table 'SHOP.PUBLIC.NOPE' does not exist"],
    ['DROP VIEW t', '002003', '42S02', "View 'SHOP.PUBLIC.T' does not exist"],
    ["SELECT DATEADD(fortnight, 1, '2024-01-01'::DATE)", '002049', '42601', "'FORTNIGHT'"],
  ])('%s', async (statement, code, sqlState, message) => {
    const { status, body } = await server.submit(statement);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code, sqlState, message: expect.stringContaining(message), statementHandle: expect.any(String) });
  });
});

describe('the server', () => {
  it('listens on 127.0.0.1 only', async () => {
    const refused = await new Promise<boolean>((resolve) => {
      const socket = connect({ port: server.port, host: '127.0.0.2' });
      socket.on('connect', () => resolve(false)).on('error', () => resolve(true));
    });
    expect(refused).toBe(true);
  });

  it('stops what runs when it closes, and leaves nothing behind', async () => {
    const folders = async (): Promise<readonly string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`snowflake-local-${process.pid}-`));
    const before = await folders();
    const other = await startTestServer();
    await other.database.run('CREATE TABLE BIG AS SELECT i AS I FROM range(200000) r(i)');
    await other.submit(SLOW, {}, '?async=true');
    await other.close();
    await other.close();
    expect(await folders()).toEqual(before);
    await expect(other.submit('SELECT 1')).rejects.toThrow();
  });

  it('lets the oldest results give way', async () => {
    const small = await startTestServer({ resultBytes: 15_000 });
    const statement = 'SELECT MD5(i) AS h FROM n';
    await small.database.run('CREATE TABLE N AS SELECT i::VARCHAR AS I FROM range(500) r(i)');
    const first = await small.submit(statement);
    expect(first.status).toBe(200);
    await small.submit(statement);
    const gone = await small.call('GET', `/api/v2/statements/${handleOf(first.body)}`);
    expect(gone.status).toBe(404);
    await small.database.run('INSERT INTO N SELECT i::VARCHAR FROM range(5000) r(i)');
    expect((await small.submit(statement)).body).toMatchObject({ code: '000603', message: expect.stringContaining('larger than') });
    await small.close();
  });

  it('logs requests and why tokens were refused', async () => {
    const lines: string[] = [];
    const talkative = await startTestServer({ log: (line) => lines.push(line) });
    await talkative.submit('SELECT 1');
    await talkative.call('GET', '/x', { token: 'nonsense' });
    await talkative.close();
    expect(lines.join('\n')).toMatch(/POST \/api\/v2\/statements 200 \d+ ms\ntoken refused: not a JSON Web Token\nGET \/x 401/);
  });

  it('gives its time to statements', async () => {
    const past = await startTestServer({ now: () => new Date('2011-12-09T12:50:00.123Z') });
    const [row] = await past.rows('SELECT CURRENT_TIMESTAMP(), SYSDATE(), CURRENT_DATE, GETDATE(), CURRENT_TIME()');
    expect(row).toEqual(['1323435000.123000000', '1323435000.123000000', '15317', '1323435000.123000000', '46200.123000000']);
    await past.close();
  });

  it('refuses a name that DuckDB needs', async () => {
    await expect(startTestServer({ databaseName: 'memory' })).rejects.toThrow('cannot be called memory');
  });
});
