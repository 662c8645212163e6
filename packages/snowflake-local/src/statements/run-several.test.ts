import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf, startTestServer, type TestServer } from '../testing/sql-api.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowflake-local-several-'));
  server = await startTestServer({ stages: { LAKE: folder } });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const several = (count: number): { readonly parameters: Readonly<Record<string, string>> } => ({
  parameters: { MULTI_STATEMENT_COUNT: String(count) },
});

test('several statements share a session, and each has a handle', async () => {
  const answer = await server.submit(
    `ALTER SESSION SET UNLOAD_PARQUET_TIME_TIMESTAMP_MILLIS = FALSE, QUERY_TAG = 'a;b';
     COPY INTO @LAKE/a/ FROM (SELECT '2024-01-15 06:00:00.123456'::TIMESTAMP_NTZ AS A, '01:02:03.000004'::TIME AS B)
       FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE DETAILED_OUTPUT = TRUE; -- the end`,
    several(2),
  );
  expect(answer.status).toBe(200);
  expect(rowsOf(answer.body)).toEqual([['Multiple statements executed successfully.']]);
  const [, copy = ''] = answer.body['statementHandles'] as string[];
  const result = await server.call('GET', `/api/v2/statements/${copy}`);
  expect(rowsOf(result.body)).toEqual([['a/data_0_0_0.snappy.parquet', expect.any(String), '1']]);
  expect(await server.database.all(`SELECT * FROM '${folder}/a/*.parquet'`)).toEqual([
    { A: '2024-01-15 06:00:00.123456', B: '01:02:03.000004' },
  ]);
});

test('the number of statements must be as announced; 0 stands for any', async () => {
  expect((await server.submit('SELECT 1; SELECT 2', several(3))).body).toMatchObject({ code: '000008' });
  expect((await server.submit('SELECT 1; SELECT 2', several(0))).status).toBe(200);
});

test('the first failure ends the request', async () => {
  const answer = await server.submit('CREATE TABLE ONE (A INT); SELECT * FROM NOWHERE; CREATE TABLE TWO (A INT)', several(3));
  expect(answer.body).toMatchObject({ code: '002003' });
  expect((await server.rows('SHOW TABLES')).map(([name]) => name)).toEqual(['ONE']);
});

test('parameters that are not known, and a session of one statement, are refused', async () => {
  expect((await server.submit("ALTER SESSION SET TIMEZONE = 'Europe/Paris'; SELECT 1", several(2))).body).toMatchObject({ code: '000002' });
  expect((await server.submit("ALTER SESSION SET QUERY_TAG = 'a'")).body).toMatchObject({ code: '000002' });
});

test('cancelling the request cancels the statement that runs', async () => {
  await server.database.run('CREATE TABLE BIG AS SELECT i AS I FROM range(200000) r(i)');
  const slow = 'SELECT 1; SELECT COUNT(*) FROM BIG a CROSS JOIN BIG b WHERE a.I + b.I < 0';
  const { body } = await server.submit(slow, several(2), '?async=true');
  const cancelled = await server.call('POST', `/api/v2/statements/${String(body['statementHandle'])}/cancel`, { body: {} });
  expect(cancelled.status).toBe(200);
  const report = await server.call('GET', `/api/v2/statements/${String(body['statementHandle'])}`);
  expect(report.body).toMatchObject({ code: '000604' });
});
