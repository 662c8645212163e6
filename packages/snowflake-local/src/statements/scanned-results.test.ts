import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEYS, makeToken, OTHER_KEYS, startTestServer, type TestServer } from '../testing/sql-api.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    rowsPerPartition: 400,
    users: [
      { name: 'TESTER', publicKeyPem: KEYS.publicKeyPem },
      { name: 'OTHER', publicKeyPem: OTHER_KEYS.publicKeyPem },
    ],
  });
  await server.database.run(`CREATE TABLE T AS SELECT i::DECIMAL(38,0) AS ID, 'name ' || i AS NAME, i / 7.0::DOUBLE AS SHARE, i % 2 = 0 AS OK,
    repeat('x', 20) || CASE WHEN i = 3 THEN '"\\\\ ''é' ELSE '' END AS TEXT FROM range(2000) AS r(i);
    INSERT INTO T VALUES (99999999999999999999999999999999999999, NULL, 'NaN', NULL, 'null')`);
});

afterAll(() => server.close());

async function handleOf(sql: string): Promise<string> {
  return String((await server.submit(sql)).body['statementHandle']);
}

test('an earlier result is read as the table that it was, whatever became of the source', async () => {
  const handle = await handleOf('SELECT ID, NAME AS "name", SHARE, OK, TEXT FROM T');
  await server.submit('DELETE FROM T WHERE ID = 7');
  const sums = `SELECT COUNT(*), SUM(ID), COUNT("name"), COUNT_IF(OK), COUNT_IF(SHARE = 'NaN'::FLOAT), COUNT_IF(SHARE = ID / 7::FLOAT), MAX(LENGTH(TEXT))`;
  const [past] = await server.rows(`${sums} FROM TABLE(RESULT_SCAN('${handle}')) AS R WHERE ID IS NOT NULL`);
  expect(past).toEqual(['2001', '100000000000000000000000000000001998999', '2000', '1000', '1', '2000', '26']);
  expect((await server.rows(`${sums} FROM T`))[0]?.[0]).toBe('2000');
});

test('a small result, an empty one, and several together', async () => {
  const small = await handleOf("SELECT 1 AS A, 'x''y' AS B");
  const none = await handleOf("SELECT 1 AS A, 'x' AS B WHERE FALSE");
  const sql = `SELECT A, B FROM TABLE(RESULT_SCAN('${small}')) UNION ALL SELECT A, B FROM TABLE(RESULT_SCAN('${none}'))`;
  expect(await server.rows(sql)).toEqual([['1', "x'y"]]);
});

test('what is not there, not theirs or not translated is refused', async () => {
  const codeOf = async (sql: string): Promise<unknown> => (await server.submit(sql)).body['code'];
  expect(await codeOf("SELECT * FROM TABLE(RESULT_SCAN('01b71944-0001-b181-0000-0129032279f6'))")).toBe('000709');
  expect(await codeOf('SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toBe('000002');
  expect(await codeOf('SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 10))')).toBe('000002');
  const handle = await handleOf('SELECT 1 AS A');
  expect(await codeOf(`CREATE TABLE U AS SELECT * FROM TABLE(RESULT_SCAN('${handle}'))`)).toBe('000002');
  const times = await handleOf("SELECT '2024-01-15'::TIMESTAMP_NTZ AS A");
  expect(await codeOf(`SELECT A FROM TABLE(RESULT_SCAN('${times}'))`)).toBe('000002');
  const body = { statement: `SELECT * FROM TABLE(RESULT_SCAN('${handle}'))` };
  const answer = await server.call('POST', '/api/v2/statements', { body, token: makeToken({ user: 'OTHER', ...OTHER_KEYS }) });
  expect(answer.body['code']).toBe('000709');
});
