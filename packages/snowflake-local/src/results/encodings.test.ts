import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, rowsOf, rowTypeOf, startTestServer, type TestServer } from '../testing/sql-api.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.submit(`CREATE TABLE everything (
    n38 NUMBER(38,0) NOT NULL, n12 NUMBER(12,3), i INT, f FLOAT, b BOOLEAN, s VARCHAR, s20 VARCHAR(20), d DATE, t TIME,
    ntz TIMESTAMP_NTZ, ntz9 TIMESTAMP_NTZ(9), ltz TIMESTAMP_LTZ, tz TIMESTAMP_TZ, bin BINARY, v VARIANT, o OBJECT, a ARRAY)`);
});

afterAll(() => server.close());

const typesOf = (body: Json): readonly string[] =>
  rowTypeOf(body).map(({ name, type, precision, scale, length, nullable }) => [name, type, precision, scale, length, nullable].join(' '));

describe('the encoding of a cell', () => {
  it('is that of the SQL API for every type', async () => {
    await server.submit(`INSERT INTO everything SELECT 99999999999999999999999999999999999999, -123456789.125, 7, 1.5, TRUE, 'é "quoted"\n', 'x',
      '2024-02-29', '23:59:59.999999', '1969-12-31 23:59:59.5', '2024-01-01 00:00:00.123456789', '2024-01-01 00:00:00+02:00',
      '2024-01-01 00:00:00+02:00', X'00FF', PARSE_JSON('{"b": [1, null]}'), OBJECT_CONSTRUCT_KEEP_NULL('k', 'v'), ARRAY_CONSTRUCT(1, 'x')`);
    const { body } = await server.submit('SELECT * FROM everything');
    expect(rowsOf(body)).toEqual([
      [
        '99999999999999999999999999999999999999',
        '-123456789.125',
        '7',
        '1.5',
        'true',
        'é "quoted"\n',
        'x',
        '19782',
        '86399.999999000',
        '-0.500000000',
        '1704067200.123456789',
        '1704060000.000000000',
        '1704060000.000000000 1440',
        '00FF',
        '{"b":[1,null]}',
        '{"k":"v"}',
        '[1,"x"]',
      ],
    ]);
    expect(typesOf(body)).toEqual([
      'N38 fixed 38 0  false',
      'N12 fixed 12 3  true',
      'I fixed 38 0  true',
      'F real    true',
      'B boolean    true',
      'S text   16777216 true',
      'S20 text   20 true',
      'D date    true',
      'T time 0 9  true',
      'NTZ timestamp_ntz 0 9  true',
      'NTZ9 timestamp_ntz 0 9  true',
      'LTZ timestamp_ltz 0 9  true',
      'TZ timestamp_tz 0 9  true',
      'BIN binary   8388608 true',
      'V variant    true',
      'O object    true',
      'A array    true',
    ]);
  });

  it('of NULL is null in every type', async () => {
    const columns = 'n12, i, f, b, s, s20, d, t, ntz, ntz9, ltz, tz, bin, v, o, a';
    await server.submit('INSERT INTO everything (n38) VALUES (-1)');
    expect(await server.rows(`SELECT ${columns} FROM everything WHERE n38 = -1`)).toEqual([columns.split(',').map(() => null)]);
  });

  it.each([
    ["'9999-12-31'::DATE", '2932896'],
    ["'0001-01-01'::DATE", '-719162'],
    ["'1969-12-31'::DATE", '-1'],
    ["'9999-12-31 23:59:59.999999'::TIMESTAMP_NTZ", '253402300799.999999000'],
    ["'0001-01-01'::TIMESTAMP_NTZ", '-62135596800.000000000'],
    ["'1969-12-31 23:59:59.999999'::TIMESTAMP_NTZ", '-0.000001000'],
    ["'2262-04-11 00:00:00.000000001'::TIMESTAMP_NTZ(9)", '9223286400.000000001'],
    ["'1969-12-31 23:59:59.999999999'::TIMESTAMP_NTZ(9)", '-0.000000001'],
    ["'00:00:00'::TIME", '0.000000000'],
    ['-99999999999999999999999999999999999999', '-99999999999999999999999999999999999999'],
    ['0.001::NUMBER(38,37)', '0.0010000000000000000000000000000000000'],
    ["'NaN'::FLOAT", 'NaN'],
    ["'inf'::FLOAT", 'inf'],
    ["'-inf'::FLOAT", '-inf'],
    ['1.7976931348623157e308::FLOAT', '1.7976931348623157e+308'],
    ['FALSE', 'false'],
    ["''", ''],
    ["'NULL'", 'NULL'],
    ["X''", ''],
    ["PARSE_JSON('null')", 'null'],
    ["'\\u0001\\t\\r\\n\\\\'", '\u0001\t\r\n\\'],
  ])('of %s is %s', async (expression, text) => {
    expect(await server.rows(`SELECT ${expression}`)).toEqual([[text]]);
  });

  it('keeps any text', async () => {
    const texts = fc.array(
      fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0')),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(texts, async (rows) => {
        const values = rows.map((text, at) => `(${at}, '${text.replaceAll("'", "''")}')`).join(', ');
        await server.database.run(`CREATE OR REPLACE TABLE TEXTS AS SELECT * FROM (VALUES ${values}) AS v(I, T)`);
        expect((await server.rows('SELECT t FROM texts ORDER BY i')).flat()).toEqual(rows);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps a cell of 20 MB', async () => {
    const [row] = await server.rows("SELECT REPEAT('0123456789', 2000000) AS long FROM everything WHERE n38 = -1");
    expect(row?.[0]?.length).toBe(20_000_000);
  });
});

describe('the names of columns', () => {
  it('are in upper case unless they were quoted', async () => {
    await server.database.run('CREATE TABLE made_elsewhere AS SELECT 1 AS lower_case, 2 AS "Mixed"');
    const { body } = await server.submit('SELECT lower_case, "Mixed", lower_case AS renamed, t."lower_case" FROM made_elsewhere t');
    expect(rowTypeOf(body).map(({ name }) => name)).toEqual(['LOWER_CASE', 'Mixed', 'RENAMED', 'lower_case']);
    const star = await server.submit('SELECT * FROM made_elsewhere');
    expect(rowTypeOf(star.body).map(({ name }) => name)).toEqual(['lower_case', 'Mixed']);
  });

  it('may repeat, and are the text of an expression', async () => {
    const { body } = await server.submit("SELECT 1 AS a, 2 AS a, f + 1, COUNT(*), MAX(s), UPPER('x') FROM everything GROUP BY f");
    expect(rowTypeOf(body).map(({ name }) => name)).toEqual(['A', 'A', 'F + 1', 'COUNT(*)', 'MAX(S)', "UPPER('X')"]);
  });
});

describe('the description of a column', () => {
  it('follows the table through aliases, stars and exclusions', async () => {
    const { body } = await server.submit('SELECT e.s20 AS renamed, e.* EXCLUDE (s, n38), 1 AS one FROM everything AS e');
    expect(typesOf(body).slice(0, 3)).toEqual(['RENAMED text   20 true', 'N12 fixed 12 3  true', 'I fixed 38 0  true']);
    expect(rowTypeOf(body)[0]).toMatchObject({ database: 'SHOP', schema: 'PUBLIC', table: 'EVERYTHING' });
    expect(rowTypeOf(body).at(-1)).toMatchObject({ name: 'ONE', table: '', nullable: true });
  });

  it('follows a cast', async () => {
    const { body } = await server.submit(
      "SELECT 1::NUMBER(10,2) AS a, 'x'::VARCHAR(7) AS b, s::VARCHAR(3) AS c, PARSE_JSON('[]')::ARRAY AS d FROM everything",
    );
    expect(typesOf(body)).toEqual(['A fixed 10 2  true', 'B text   7 true', 'C text   3 true', 'D array    true']);
  });

  it('follows a change of the table at once', async () => {
    await server.submit('CREATE OR REPLACE TABLE changing (a VARCHAR(5))');
    expect(typesOf((await server.submit('SELECT * FROM changing')).body)).toEqual(['A text   5 true']);
    await server.submit('ALTER TABLE changing ADD COLUMN b NUMBER(5,1)');
    expect(typesOf((await server.submit('SELECT * FROM changing')).body)).toEqual(['A text   5 true', 'B fixed 5 1  true']);
    await server.database.run('ALTER TABLE CHANGING DROP COLUMN A');
    expect(typesOf((await server.submit('SELECT * FROM changing')).body)).toEqual(['B fixed 5 1  true']);
    await server.database.run('DROP TABLE CHANGING');
    expect((await server.submit('SELECT * FROM changing')).status).toBe(422);
  });
});
