import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../testing/sql-api.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.database.run(`CREATE TABLE T (ID DECIMAL(38,0), NAME VARCHAR, AT_NTZ TIMESTAMP, DAY DATE, CLOCK TIME, BYTES BLOB, OK BOOLEAN, DOC JSON);
    INSERT INTO T VALUES (1, 'é', '2024-01-15 06:00:00.123456', '0001-01-01', '01:02:03.000004', '\\x00\\xAB', true, '{"a":1}'),
      (99999999999999999999999999999999999999, '', '9999-12-31 23:59:59.999999', '9999-12-31', '23:59:59', '', false, '[]'),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
});

afterAll(() => server.close());

function digest(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 15)}`);
}

test('an order-free hash is what anybody can compute from the texts', async () => {
  const sql = `SELECT COUNT(*), SUM(TO_NUMBER(LEFT(MD5(NAME), 15), 'XXXXXXXXXXXXXXX')), BITXOR_AGG(TO_NUMBER(LEFT(MD5(NAME), 15), 'XXXXXXXXXXXXXXX')) FROM T`;
  const [a, b] = [digest('é'), digest('')];
  expect(await server.rows(sql)).toEqual([['3', String(a + b), String(a ^ b)]]);
  expect(await server.rows("SELECT BITXOR_AGG(ID) FROM T WHERE NAME = 'none'")).toEqual([[null]]);
});

test('every type has a canonical text', async () => {
  const [first] = await server.rows(`SELECT TO_CHAR(ID), TO_CHAR(AT_NTZ, 'YYYY-MM-DD HH24:MI:SS.FF9'), TO_CHAR(DAY, 'YYYY-MM-DD'),
    TO_CHAR(CLOCK, 'HH24:MI:SS.FF6'), TO_CHAR(BYTES, 'HEX'), TO_CHAR(OK), TO_JSON(DOC) FROM T WHERE ID = 1`);
  expect(first).toEqual(['1', '2024-01-15 06:00:00.123456000', '0001-01-01', '01:02:03.000004', '00AB', 'true', '{"a":1}']);
});

test('hexadecimal numbers are read up to fifteen digits', async () => {
  expect(await server.rows("SELECT TO_NUMBER('ff', 'XX'), TRY_TO_NUMBER('zz', 'XX')")).toEqual([['255', null]]);
  expect((await server.submit("SELECT TO_NUMBER('ff', 'XXXXXXXXXXXXXXXX')")).body).toMatchObject({ code: '000002' });
  expect((await server.submit("SELECT TO_NUMBER('12', '99')")).body).toMatchObject({ code: '000002' });
});

test('MD5 gives numbers as Snowflake does', async () => {
  const [row] = await server.rows(
    "SELECT MD5('Snowflake'), MD5_HEX('Snowflake'), MD5_NUMBER_LOWER64('Snowflake'), MD5_NUMBER_UPPER64('Snowflake')",
  );
  const hex = 'edf1439075a83a447fb8b630ddc9c8de';
  expect(row).toEqual([hex, hex, String(BigInt(`0x${hex.slice(16)}`)), String(BigInt(`0x${hex.slice(0, 16)}`))]);
});

test('sums of the largest numbers are exact', async () => {
  expect(await server.rows('SELECT SUM(-ID), SUM(CASE WHEN ID > 1 THEN ID - 1 END) FROM T WHERE ID > 1')).toEqual([
    ['-99999999999999999999999999999999999999', '99999999999999999999999999999999999998'],
  ]);
});

test('HASH is a number of 64 bits for any values, the same every time', async () => {
  const hashes = 'SELECT HASH(ID), HASH(NULL), HASH(ID, NULL), HASH(NULL, ID), MOD(MOD(HASH(ID), 4) + 4, 4) FROM T ORDER BY ID';
  const rows = await server.rows(hashes);
  expect(await server.rows(hashes)).toEqual(rows);
  for (const cell of rows.flat()) expect(BigInt.asIntN(64, BigInt(cell ?? ''))).toBe(BigInt(cell ?? ''));
  for (const row of rows) expect(['0', '1', '2', '3']).toContain(row[4]);
  const many = 'SELECT MIN(HASH(ID)) < 0, MAX(HASH(ID)) > 0, COUNT(DISTINCT HASH(ID)) FROM T';
  expect(await server.rows(many)).toEqual([['true', 'true', '3']]);
});

test('what only Snowflake can compute is refused', async () => {
  for (const sql of ['SELECT HASH_AGG(ID) FROM T', 'SELECT HASH(*) FROM T', 'SELECT HASH_AGG(*) FROM T']) {
    expect((await server.submit(sql)).body, sql).toMatchObject({ code: '000002' });
  }
});
