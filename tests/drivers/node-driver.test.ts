import type { Binds, Connection, ConnectionOptions, RowStatement, SnowflakeError } from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ACCESS_TOKEN,
  type DriverServer,
  ENDLESS,
  EVERY_TYPE,
  KEYS,
  MANY_ROWS,
  OAUTH_TOKEN,
  PASSWORD,
  startDriverServer,
} from './driver-server.ts';

// Else the driver looks for clouds around it as soon as it is loaded.
process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
process.env['SF_TELEMETRY_DISABLE_CONNECTION_SHAPE'] = 'true';
const { default: snowflake } = await import('snowflake-sdk');
snowflake.configure({ logLevel: 'OFF', additionalLogToConsole: false });

let server: DriverServer;
let connection: Connection;

beforeAll(async () => {
  server = await startDriverServer();
  connection = await connect();
});

afterAll(async () => {
  await close(connection);
  await server.close();
});

const BY_PASSWORD = { password: PASSWORD };

function connect(options: Partial<ConnectionOptions> = BY_PASSWORD, to: DriverServer = server): Promise<Connection> {
  const opened = snowflake.createConnection({
    account: 'local',
    accessUrl: to.url,
    username: 'driver',
    representNullAsStringNull: false,
    ...options,
  });
  return new Promise((resolve, reject) => {
    opened.connect((error, connected) => (error ? reject(error) : resolve(connected)));
  });
}

function close(open: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    open.destroy((error) => (error ? reject(error) : resolve()));
  });
}

interface Run {
  readonly statement: RowStatement;
  readonly rows: readonly Record<string, unknown>[];
}

interface RunOptions {
  readonly binds?: Binds;
  readonly fetchAsString?: ('String' | 'Boolean' | 'Number' | 'Date' | 'JSON' | 'Buffer')[];
  readonly asyncExec?: boolean;
  readonly streamResult?: boolean;
  readonly parameters?: Record<string, unknown>;
  readonly requestId?: string;
}

function run(sqlText: string, options: RunOptions = {}, on: Connection = connection): Promise<Run> {
  return new Promise((resolve, reject) => {
    on.execute({
      sqlText,
      ...options,
      complete: (error, statement, rows) => (error ? reject(error) : resolve({ statement: statement as RowStatement, rows: rows ?? [] })),
    });
  });
}

async function failure(task: Promise<unknown>): Promise<SnowflakeError> {
  try {
    await task;
  } catch (error) {
    return error as SnowflakeError;
  }
  throw new Error('It did not fail.');
}

async function collect(statement: RowStatement): Promise<readonly Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of statement.streamRows()) rows.push(row);
  return rows;
}

describe('logging in', () => {
  it.each([
    ['a password', BY_PASSWORD],
    ['a key pair', { authenticator: 'SNOWFLAKE_JWT', privateKey: KEYS.privateKeyPem }],
    ['a programmatic access token', { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: ACCESS_TOKEN }],
    ['an OAuth token', { authenticator: 'OAUTH', token: OAUTH_TOKEN }],
  ])('works with %s', async (_, options) => {
    const opened = await connect({ ...options, database: 'shop', schema: 'elsewhere', warehouse: 'wh', role: 'analyst' });
    const { rows } = await run(
      'SELECT CURRENT_USER() u, CURRENT_ACCOUNT() a, CURRENT_SCHEMA() s, CURRENT_WAREHOUSE() w, CURRENT_ROLE() r, place FROM here',
      {},
      opened,
    );
    expect(rows).toEqual([{ U: 'DRIVER', A: 'LOCAL', S: 'ELSEWHERE', W: 'WH', R: 'ANALYST', PLACE: 'elsewhere' }]);
    expect(await opened.isValidAsync()).toBe(true);
    await close(opened);
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, '390100'],
    ['a password that the user has not', { username: 'nobody', password: PASSWORD }, '390100'],
    ["another user's key", { username: 'other', authenticator: 'SNOWFLAKE_JWT', privateKey: KEYS.privateKeyPem }, '390144'],
    ['a wrong programmatic access token', { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: 'wrong' }, '394400'],
    ['a wrong OAuth token', { authenticator: 'OAUTH', token: 'wrong' }, '390303'],
    ['a database that is not there', { ...BY_PASSWORD, database: 'nowhere' }, '390201'],
  ])('is refused with %s', async (_, options, code) => {
    const { code: found, message } = await failure(connect(options));
    expect(String(found)).toBe(code);
    expect(message).not.toContain(PASSWORD);
  });
});

describe('a query', () => {
  it('gives every type exactly, as text', async () => {
    for (const statement of EVERY_TYPE) await run(statement);
    const { rows } = await run('SELECT * FROM everything ORDER BY id', { fetchAsString: ['Number', 'Buffer'] });
    const [ordinary, extreme, none] = rows;
    expect(ordinary).toMatchObject({
      N38: '99999999999999999999999999999999999999',
      N12: '-123456789.125',
      F: '1.5',
      B: true,
      S: 'é "quoted" 😀\n',
      T: '23:59:59',
      BIN: '00FF',
      V: { b: [1, null] },
      O: { k: 'v' },
      A: [1, 'x'],
    });
    expect(extreme).toMatchObject({
      N38: '-99999999999999999999999999999999999999',
      N12: '0.001',
      F: 'NaN',
      B: false,
      S: '',
      T: '00:00:00',
      BIN: '',
      V: 'text',
      O: {},
      A: [],
    });
    const { ID, ...nulls } = none ?? {};
    expect(ID).toBe('3');
    expect(new Set(Object.values(nulls))).toEqual(new Set([null]));
  });

  it('gives dates and timestamps to the last digit', async () => {
    const { rows } = await run('SELECT d, ntz, ntz3, ntz9, ltz, tz FROM everything WHERE id < 3 ORDER BY id');
    const [ordinary, extreme] = rows.map((row) => Object.entries(row).map(([name, value]) => [name, exactTime(value)]));
    expect(Object.fromEntries(ordinary ?? [])).toEqual({
      D: '2024-02-29T00:00:00.000Z +0',
      NTZ: '1969-12-31T23:59:59.500Z +500000000',
      NTZ3: '2024-01-01T00:00:00.123Z +123000000',
      NTZ9: '2024-01-01T00:00:00.123Z +123456789',
      LTZ: '2023-12-31T22:00:00.000Z +0',
      TZ: '2023-12-31T22:00:00.000Z +0',
    });
    expect(Object.fromEntries(extreme ?? [])).toEqual({
      D: '0001-01-01T00:00:00.000Z +0',
      NTZ: '9999-12-31T23:59:59.999Z +999999000',
      NTZ3: '1969-12-31T23:59:59.999Z +999000000',
      NTZ9: '2262-01-01T00:00:00.000Z +1',
      LTZ: '0001-01-01T00:00:00.000Z +0',
      TZ: '9999-12-31T23:59:59.999Z +999999000',
    });
  });

  it('describes its columns', async () => {
    const { statement } = await run('SELECT n12, s, ntz3, b FROM everything WHERE FALSE');
    expect(statement.getNumRows()).toBe(0);
    const columns = (statement.getColumns() ?? []).map((column) => [
      column.getName(),
      column.getType(),
      column.getScale(),
      column.isNullable(),
    ]);
    expect(columns).toEqual([
      ['N12', 'fixed', 3, true],
      ['S', 'text', null, true],
      ['NTZ3', 'timestamp_ntz', 3, true],
      ['B', 'boolean', null, true],
    ]);
  });

  it('streams a result of many chunks in order', async () => {
    const before = server.requests.length;
    const { statement } = await run('SELECT * FROM many ORDER BY n', { streamResult: true });
    const rows = await collect(statement);
    expect(rows).toEqual(Array.from({ length: MANY_ROWS }, (_, n) => ({ N: n, TEXT: `row ${n}` })));
    const chunks = server.requests.slice(before).filter((request) => /^GET \/chunks\/ID\/\d+ 200$/.test(request));
    expect(chunks.length).toBeGreaterThan(3);
  });

  it('takes bound values', async () => {
    const { rows } = await run('SELECT ? + 1 AS n, ? AS s, ? AS b, ? AS nothing, ?::FLOAT AS f', {
      binds: [41, "it's ?", true, null, 0.1],
    });
    expect(rows).toEqual([{ N: 42, S: "it's ?", B: true, NOTHING: null, F: 0.1 }]);
    expect((await run('SELECT :2 AS a, :1 AS b', { binds: ['one', 'two'] })).rows).toEqual([{ A: 'two', B: 'one' }]);
  });

  it('takes many rows of bound values at once', async () => {
    await run('CREATE OR REPLACE TABLE bulk (n INT, s VARCHAR)');
    const binds = Array.from({ length: 500 }, (_, n) => [n, n % 7 === 0 ? null : `text ${n}`]);
    const { statement } = await run('INSERT INTO bulk (n, s) VALUES (?, ?)', { binds });
    expect(statement.getNumUpdatedRows()).toBe(500);
    const { rows } = await run('SELECT COUNT(*) c, COUNT(s) s, SUM(n) n FROM bulk');
    expect(rows).toEqual([{ C: 500, S: 428, N: 124_750 }]);
    const { statement: updated } = await run('UPDATE bulk SET s = ? WHERE n < ?', { binds: ['x', 3] });
    expect(updated.getNumUpdatedRows()).toBe(3);
    await expect(run('SELECT ?', { binds: [[1], [2]] })).rejects.toMatchObject({ code: '000002' });
  });

  it.each([
    ['SELECT nope FROM many', '000904', '42000'],
    ['SELECT * FROM missing', '002003', '42S02'],
    ['SELEC 1', '001003', '42000'],
    ["SELECT 'x'::INT", '100038', '22018'],
    ['BEGIN', '000002', '0A000'],
  ])('fails as in Snowflake: %s', async (sqlText, code, sqlState) => {
    const error = await failure(run(sqlText));
    expect({ code: error.code, sqlState: error.sqlState }).toEqual({ code, sqlState });
  });

  it('sent again with its request id gives the first result', async () => {
    await run('CREATE OR REPLACE TABLE counted (n INT)');
    const requestId = '01234567-89ab-4cde-8f01-23456789abcd';
    const first = await run('INSERT INTO counted SELECT 1', { requestId });
    const second = await run('INSERT INTO counted SELECT 1', { requestId });
    expect(second.statement.getQueryId()).toBe(first.statement.getQueryId());
    expect((await run('SELECT COUNT(*) n FROM counted')).rows).toEqual([{ N: 1 }]);
  });

  it('that takes long is asked for until it is over', async () => {
    const impatient = await startDriverServer({ waitMs: 0 });
    const opened = await connect(BY_PASSWORD, impatient);
    const { rows } = await run('SELECT SUM(a.n * b.n) AS n FROM many a, many b WHERE a.n < 100', {}, opened);
    expect(rows).toEqual([{ N: 3_959_901_000_000 }]);
    expect(impatient.requests).toContain('GET /queries/ID/result 200');
    await close(opened);
    await impatient.close();
  });
});

describe('a query that runs on its own', () => {
  it('is watched, and fetched by its id', async () => {
    const { statement } = await run('SELECT * FROM many WHERE n < 3 ORDER BY n', { asyncExec: true });
    const queryId = statement.getQueryId();
    while (connection.isStillRunning((await connection.getQueryStatusThrowIfError(queryId)) as 'RUNNING')) await pause();
    expect(await connection.getQueryStatus(queryId)).toBe('SUCCESS');
    const fetched = (await connection.getResultsFromQueryId({ queryId, sqlText: '' })) as RowStatement;
    expect((await collect(fetched)).map(({ N }) => N)).toEqual([0, 1, 2]);
  });

  it('tells of its failure', async () => {
    const { statement } = await run('SELECT * FROM missing', { asyncExec: true });
    const error = await failure(connection.getResultsFromQueryId({ queryId: statement.getQueryId(), sqlText: '' }));
    expect(error.message).toContain("Object 'SHOP.PUBLIC.MISSING' does not exist");
    expect(await connection.getQueryStatus('01234567-0000-4000-8000-000000000000')).toBe('NO_QUERY_DATA');
  });
});

describe('cancelling', () => {
  it('stops a statement that runs', async () => {
    let statement: RowStatement | undefined;
    const cancelled = failure(
      new Promise((resolve, reject) => {
        const complete = (error: unknown): void => (error ? reject(error) : resolve(undefined));
        statement = connection.execute({ sqlText: ENDLESS, complete }) as RowStatement;
      }),
    );
    // Until the statement has reached the server, there is nothing to cancel.
    const isStopped = (): Promise<boolean> =>
      new Promise((resolve) => {
        statement?.cancel((error) => resolve(!error));
      });
    while (!(await isStopped())) await pause();
    expect(await cancelled).toMatchObject({ code: '000604', sqlState: '57014' });
  });

  it('stops a statement that runs on its own', async () => {
    const { statement } = await run(ENDLESS, { asyncExec: true });
    const queryId = statement.getQueryId();
    expect(await connection.getQueryStatus(queryId)).toBe('RUNNING');
    await new Promise<void>((resolve, reject) => {
      statement.cancel((error) => (error ? reject(error) : resolve()));
    });
    expect(await connection.getQueryStatus(queryId)).toBe('FAILED_WITH_ERROR');
  });
});

describe('a session', () => {
  it('goes where USE says, and stays when it says nonsense', async () => {
    const opened = await connect();
    await run('USE SCHEMA elsewhere', {}, opened);
    expect((await run('SELECT * FROM here', {}, opened)).rows).toEqual([{ PLACE: 'elsewhere' }]);
    await expect(run('USE SCHEMA nowhere', {}, opened)).rejects.toMatchObject({ code: '002043' });
    await run('USE ROLE "Quoted"; ', {}, opened);
    const { rows } = await run('SELECT CURRENT_SCHEMA() s, CURRENT_ROLE() r', {}, opened);
    expect(rows).toEqual([{ S: 'ELSEWHERE', R: 'Quoted' }]);
    await close(opened);
  });

  it('has parameters', async () => {
    await run("ALTER SESSION SET QUERY_TAG = 'a tag', STATEMENT_TIMEOUT_IN_SECONDS = 1");
    await expect(run(ENDLESS)).rejects.toMatchObject({ code: '000630' });
    await run('ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS');
    await expect(run("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'")).rejects.toMatchObject({ code: '001006', sqlState: '22023' });
    await expect(run('ALTER SESSION SET NO_SUCH_PARAMETER = 1')).rejects.toMatchObject({ code: '001006' });
  });

  it('renews its token in the middle of a result', async () => {
    const { statement } = await run('SELECT * FROM many ORDER BY n', { streamResult: true });
    let count = 0;
    for await (const { N } of statement.streamRows()) {
      expect(N).toBe(count);
      if (count === 1000) server.sessions.expire('session');
      if (count === 2000) expect((await run('SELECT COUNT(*) n FROM many')).rows).toEqual([{ N: MANY_ROWS }]);
      count++;
    }
    expect(count).toBe(MANY_ROWS);
    expect(server.requests).toContain('POST /session/token-request 200');
  });

  it('renews its token once for requests that are under way together', async () => {
    const before = server.requests.filter((request) => request.includes('token-request')).length;
    server.sessions.expire('session');
    const results = await Promise.all([1, 2, 3, 4].map((n) => run(`SELECT ${n} AS n`)));
    expect(results.map(({ rows }) => rows[0]?.['N'])).toEqual([1, 2, 3, 4]);
    expect(server.requests.filter((request) => request.includes('token-request')).length).toBe(before + 1);
  });

  it('ends when its token can no longer be renewed', async () => {
    const opened = await connect();
    server.sessions.expire('session');
    server.sessions.expire('master');
    await failure(run('SELECT 1', {}, opened));
    expect(opened.isUp()).toBe(false);
    connection = await connect();
  });
});

function exactTime(value: unknown): string {
  const time = value as Date & { getNanoSeconds?: () => number };
  return `${time.toISOString()} +${time.getNanoSeconds?.() ?? 0}`;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
