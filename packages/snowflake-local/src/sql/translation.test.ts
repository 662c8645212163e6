import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/sql-api.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ now: () => new Date('2024-03-05T06:07:08.009Z') });
  await server.submit(
    `CREATE TABLE t (id NUMBER(38,0) NOT NULL, grp VARCHAR, amount NUMBER(12,3), d DATE, ts TIMESTAMP_NTZ, ns TIMESTAMP_NTZ(9), ltz TIMESTAMP_LTZ, tm TIME, v VARIANT, b BINARY)`,
  );
  await server.submit(
    `INSERT INTO t SELECT 1, 'a', 1.500, '2024-01-31', '2024-01-31 10:20:30.123456', '2024-01-31 10:20:30.123456789', '2024-01-31 10:20:30+02:00', '01:02:03.5', PARSE_JSON('{"k": {"n": 5, "s": "x"}, "l": [1, "two"]}'), X'AB01'`,
  );
  await server.submit("INSERT INTO t (id, grp, amount, d) SELECT 2, 'a', 2.25, '2024-02-29' UNION ALL SELECT 3, 'b', NULL, NULL");
});

afterAll(() => server.close());

type Case = readonly [statement: string, ...rows: readonly (string | null)[][]];

const QUERIES: Readonly<Record<string, readonly Case[]>> = {
  queries: [
    ['WITH x AS (SELECT grp, COUNT(*) AS n FROM t GROUP BY grp) SELECT * FROM x ORDER BY n DESC', ['a', '2'], ['b', '1']],
    ['WITH t AS (SELECT id FROM t WHERE id > 1), u AS (SELECT id + 1 AS id FROM t) SELECT id FROM u ORDER BY 1', ['3'], ['4']],
    ['WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT SUM(n) FROM c', ['6']],
    ['SELECT a.id, b.id FROM t a LEFT JOIN t b ON b.id = a.id + 1 ORDER BY a.id', ['1', '2'], ['2', '3'], ['3', null]],
    ['SELECT COUNT(*) FROM t a JOIN t b USING (grp)', ['5']],
    ['SELECT COUNT(*) FROM t a, t b', ['9']],
    ['SELECT COUNT(*) FROM t a JOIN t b', ['9']],
    ["SELECT t.id FROM shop.public.t WHERE shop.public.t.grp = 'b'", ['3']],
    ['SELECT id FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY grp ORDER BY id DESC) = 1 ORDER BY id', ['2'], ['3']],
    ['SELECT grp, SUM(amount) FROM t GROUP BY ALL HAVING COUNT(*) > 1', ['a', '3.750']],
    ['SELECT grp, COUNT(*) FROM t GROUP BY ROLLUP (grp) ORDER BY 2, 1', ['b', '1'], ['a', '2'], [null, '3']],
    ['SELECT DISTINCT grp FROM t ORDER BY grp', ['a'], ['b']],
    ['SELECT TOP 1 id FROM t ORDER BY id', ['1']],
    ['SELECT id FROM t ORDER BY id LIMIT 1 OFFSET 1', ['2']],
    ['SELECT id FROM t ORDER BY id OFFSET 1 ROW FETCH NEXT 1 ROWS ONLY', ['2']],
    ['SELECT amount FROM t ORDER BY amount', ['1.500'], ['2.250'], [null]],
    ['SELECT amount FROM t ORDER BY amount DESC', [null], ['2.250'], ['1.500']],
    ['SELECT amount FROM t ORDER BY amount DESC NULLS LAST', ['2.250'], ['1.500'], [null]],
    ['SELECT 1 UNION ALL SELECT 1', ['1'], ['1']],
    ['SELECT 1 UNION SELECT 1', ['1']],
    ['SELECT 1 MINUS SELECT 1'],
    ['(SELECT 1 INTERSECT SELECT 1) UNION ALL SELECT 2 ORDER BY 1', ['1'], ['2']],
    ['SELECT 1 UNION ALL (SELECT 2 EXCEPT SELECT 2)', ['1']],
    [
      'SELECT (SELECT MAX(id) FROM t), id IN (SELECT 1), EXISTS (SELECT 1 FROM t x WHERE x.id = t.id + 1) FROM t ORDER BY id LIMIT 1',
      ['3', 'true', 'true'],
    ],
    ["SELECT x, y FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y) ORDER BY x", ['1', 'a'], ['2', 'b']],
    ["SELECT column2 FROM VALUES (1, 'a')", ['a']],
    ['SELECT * EXCLUDE (v, b, d, ts, ns, ltz, tm) RENAME (id AS k) FROM t WHERE id = 1', ['1', 'a', '1.500']],
    ['SELECT id /* a */ AS x -- b\n FROM t WHERE id = 1 /* c */', ['1']],
    ['SELECT s.x FROM (SELECT id AS x FROM t) AS s WHERE s.x = 2', ['2']],
  ],
  windows: [
    [
      'SELECT id, SUM(id) OVER (ORDER BY id), LAG(id, 1, 0) OVER (ORDER BY id), LEAD(id) OVER (ORDER BY id) FROM t ORDER BY id',
      ['1', '1', '0', '2'],
      ['2', '3', '1', '3'],
      ['3', '6', '2', null],
    ],
    [
      'SELECT LAST_VALUE(id) OVER (ORDER BY id), FIRST_VALUE(amount) IGNORE NULLS OVER (ORDER BY id DESC) FROM t WHERE id > 1 ORDER BY 1',
      ['3', '2.250'],
      ['3', '2.250'],
    ],
    ['SELECT AVG(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t ORDER BY id', ['1.0'], ['1.5'], ['2.5']],
    [
      'SELECT RANK() OVER (ORDER BY grp), DENSE_RANK() OVER (ORDER BY grp), NTILE(2) OVER (ORDER BY id), COUNT(*) OVER () FROM t ORDER BY id',
      ['1', '1', '1', '3'],
      ['1', '1', '1', '3'],
      ['3', '2', '2', '3'],
    ],
    ['SELECT SUM(id) OVER w FROM t WINDOW w AS (PARTITION BY grp ORDER BY id) ORDER BY id', ['1'], ['3'], ['3']],
  ],
  aggregates: [
    [
      'SELECT COUNT(*), COUNT(amount), COUNT(DISTINCT grp), COUNT_IF(amount IS NULL), SUM(amount), MIN(d), MAX(grp) FROM t',
      ['3', '2', '2', '1', '3.750', '19753', 'b'],
    ],
    ["SELECT LISTAGG(id, '-') WITHIN GROUP (ORDER BY id DESC), LISTAGG(amount) FROM t WHERE id > 5", ['', '']],
    [
      "SELECT LISTAGG(DISTINCT grp, ',') WITHIN GROUP (ORDER BY grp), ARRAY_AGG(amount) WITHIN GROUP (ORDER BY id) FROM t",
      ['a,b', '[1.5,2.25]'],
    ],
    [
      'SELECT MAX_BY(id, amount), MIN_BY(id, amount), BOOLAND_AGG(id > 0), BOOLOR_AGG(id > 2), MEDIAN(id) FROM t',
      ['2', '1', 'true', 'true', '2'],
    ],
    ['SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY id) FROM t', ['2']],
    ["SELECT ROUND(STDDEV(id), 3), VARIANCE(id), ANY_VALUE(grp) FROM t WHERE grp = 'a'", ['0.707', '0.5', 'a']],
  ],
  conditions: [
    [
      "SELECT IFF(TRUE, 'y', 'n'), NVL(NULL, 'x'), NVL2(1, 'a', 'b'), COALESCE(NULL, NULL, 3), ZEROIFNULL(NULL), NULLIFZERO(0), NULLIF(1, 1)",
      ['y', 'x', 'a', '3', '0', null, null],
    ],
    ['SELECT GREATEST(1, 2), GREATEST(1, NULL), LEAST(1, 2), LEAST(NULL, 1), EQUAL_NULL(NULL, NULL)', ['2', null, '1', null, 'true']],
    [
      "SELECT DECODE(2, 1, 'a', 2, 'b', 'c'), DECODE(NULL, NULL, 'null'), CASE WHEN 1 = 2 THEN 1 END, CASE 3 WHEN 3 THEN 'x' ELSE 'y' END",
      ['b', 'null', null, 'x'],
    ],
    [
      "SELECT 'abc' LIKE 'a%', 'abc' ILIKE 'A%', 'a%' LIKE 'a!%' ESCAPE '!', 'abc' LIKE ANY ('x', '%c'), 'abc' LIKE ALL ('a%', '%c'), 'abc' NOT LIKE 'a%'",
      ['true', 'true', 'true', 'true', 'true', 'false'],
    ],
    [
      'SELECT 1 BETWEEN 1 AND 2, 1 NOT IN (2, 3), NULL IS NULL, 1 IS NOT NULL, 1 IS DISTINCT FROM NULL, NOT TRUE',
      ['true', 'true', 'true', 'true', 'true', 'false'],
    ],
    ['SELECT (1 + 2) * 3 - 4, -(-5), 7 % 3, 2 > 1 AND (FALSE OR TRUE)', ['5', '5', '1', 'true']],
  ],
  numbers: [
    [
      'SELECT ABS(-1.5), CEIL(1.2), FLOOR(-1.2), ROUND(2.345::NUMBER(10,3), 2), ROUND(-2.5), TRUNC(-1.9), SIGN(-3), MOD(7, 3), POWER(2, 3), SQRT(9), SQUARE(3)',
      ['1.5', '2', '-2', '2.35', '-3', '-1', '-1', '1', '8.0', '3.0', '9'],
    ],
    ['SELECT 10 / 4, DIV0(1, 0), DIV0NULL(1, NULL), BITAND(6, 3), BITOR(6, 3), BITXOR(6, 3)', ['2.5', '0.0', '0.0', '2', '7', '5']],
    ['SELECT 99999999999999999999999999999999999998 + 1', ['99999999999999999999999999999999999999']],
  ],
  texts: [
    [
      "SELECT UPPER('aé'), LOWER('AB'), LENGTH('añ😀'), TRIM('  a '), LTRIM('xxa', 'x'), RTRIM('a00', '0'), REVERSE('ab'), REPEAT('ab', 2)",
      ['AÉ', 'ab', '3', 'a', 'a', 'a', 'ba', 'abab'],
    ],
    [
      "SELECT SUBSTR('abc', 0, 2), SUBSTRING('abc', 2), SUBSTR('abc', -2), LEFT('abc', 2), RIGHT('abc', 2), LPAD('7', 3, '0'), RPAD('7', 3, '0')",
      ['ab', 'bc', 'bc', 'ab', 'bc', '007', '700'],
    ],
    [
      "SELECT REPLACE('aXb', 'X', '-'), REPLACE('aXb', 'X'), SPLIT_PART('a-b-c', '-', 2), SPLIT_PART('a-b-c', '-', 0), SPLIT_PART('a-b-c', '-', -1), POSITION('b', 'abc'), CHARINDEX('z', 'abc')",
      ['a-b', 'ab', 'b', 'a', 'c', '2', '0'],
    ],
    [
      "SELECT CONTAINS('abc', 'b'), STARTSWITH('abc', 'a'), ENDSWITH('abc', 'b'), ASCII('A'), CHR(66), TRANSLATE('abc', 'ab', 'xy')",
      ['true', 'true', 'false', '65', 'B', 'xyc'],
    ],
    [
      "SELECT REGEXP_LIKE('abc', 'b'), REGEXP_LIKE('abc', 'A.C', 'i'), 'abc' RLIKE 'a.*', REGEXP_REPLACE('a1b2', '[0-9]'), REGEXP_SUBSTR('ab12', '[0-9]+'), REGEXP_SUBSTR('ab', '[0-9]+'), REGEXP_COUNT('a1b2', '[0-9]')",
      ['false', 'true', 'true', 'ab', '12', null, '2'],
    ],
    [
      "SELECT 'a' || 1 || TRUE, CONCAT('a', 1, 'b'), CONCAT('a', NULL), CONCAT_WS('-', 'a', 'b'), 'x' || NULL",
      ['a1true', 'a1b', null, 'a-b', null],
    ],
    // Would take forever if the length of what DuckDB is given doubled with each.
    ["SELECT 'a' || 'b' || 3 || 'd' || 'e' || 'f' || 'g' || 'h' || 'i' || 'j' || 'k' || 'l'", ['ab3defghijkl']],
    [
      "SELECT MD5('a'), SHA1('a'), LEFT(SHA2('a'), 8), LEFT(SHA2('a', 256), 8)",
      ['0cc175b9c0f1b6a831c399e269772661', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8', 'ca978112', 'ca978112'],
    ],
    ["SELECT 'it''s', 'it\\'s', 'a\\tb', $$raw\\n$$", ["it's", "it's", 'a\tb', 'raw\\n']],
  ],
  'dates and times': [
    [
      'SELECT DATE_PART(epoch_second, ts), DATE_PART(epoch_millisecond, ts), DATE_PART(epoch_microsecond, ts), DATE_PART(epoch_nanosecond, ts), DATE_PART(epoch_nanosecond, ns), DATE_PART(epoch_microsecond, ltz), DATE_PART(epoch_microsecond, d) FROM t WHERE id = 1',
      [
        '1706696430',
        '1706696430123',
        '1706696430123456',
        '1706696430123456000',
        '1706696430123456789',
        '1706689230000000',
        '1706659200000000',
      ],
    ],
    [
      "SELECT DATE_PART(epoch_second, '1969-12-31 23:59:58.5'::TIMESTAMP_NTZ), DATE_PART('epoch_microsecond', '9999-12-31'::TIMESTAMP_NTZ), DATE_PART(epoch_nanosecond, '9999-12-31'::TIMESTAMP_NTZ)",
      ['-2', '253402214400000000', '253402214400000000000'],
    ],
    [
      "SELECT YEAR(d), MONTH(d), DAY(d), QUARTER(d), DAYOFWEEK('2024-03-03'::DATE), DAYOFWEEKISO('2024-03-03'::DATE), DAYOFYEAR(d), WEEK(d), HOUR(ts), MINUTE(ts), SECOND(ts), EXTRACT(month FROM ts), DATE_PART('y', d) FROM t WHERE id = 1",
      ['2024', '1', '31', '1', '0', '7', '31', '5', '10', '20', '30', '1', '2024'],
    ],
    [
      "SELECT DATEDIFF(day, '2024-02-28'::DATE, '2024-03-01'::DATE), DATEDIFF('month', '2024-01-31'::DATE, '2024-02-01'::DATE), DATEDIFF(hour, '2024-01-01 00:59:59'::TIMESTAMP_NTZ, '2024-01-01 01:00:00'::TIMESTAMP_NTZ), DATEDIFF(year, d, '2025-01-01') FROM t WHERE id = 1",
      ['2', '1', '1', '1'],
    ],
    [
      "SELECT TO_CHAR(DATEADD(month, 1, d), 'YYYY-MM-DD'), DATEADD(day, -31, d)::VARCHAR, DATEADD('hour', 2, d)::VARCHAR, DATEADD(second, -5, ts)::VARCHAR, TIMESTAMPADD(quarter, 1, d)::VARCHAR FROM t WHERE id = 1",
      ['2024-02-29', '2023-12-31', '2024-01-31 02:00:00.000', '2024-01-31 10:20:25.123', '2024-04-30'],
    ],
    [
      "SELECT DATE_TRUNC('month', d)::VARCHAR, DATE_TRUNC(hour, ts)::VARCHAR, TRUNC(ts, 'day')::VARCHAR, LAST_DAY('2024-02-03'::DATE)::VARCHAR FROM t WHERE id = 1",
      ['2024-01-01', '2024-01-31 10:00:00.000', '2024-01-31 00:00:00.000', '2024-02-29'],
    ],
    [
      "SELECT TO_CHAR(d, 'DD.MM.YY'), TO_CHAR(ts, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF3'), TO_CHAR(ts, 'HH12:MI AM'), TO_VARCHAR(ts, 'YYYY-MM-DD HH24:MI:SS.FF9'), TO_VARCHAR(ns, 'HH24:MI:SS.FF9'), TO_CHAR(tm, 'HH24:MI:SS.FF6'), TO_CHAR(d, 'DY, DD MON YYYY') FROM t WHERE id = 1",
      [
        '31.01.24',
        '2024-01-31T10:20:30.123',
        '10:20 AM',
        '2024-01-31 10:20:30.123456000',
        '10:20:30.123456789',
        '01:02:03.500000',
        'Wed, 31 Jan 2024',
      ],
    ],
    [
      "SELECT TO_CHAR(d), d::VARCHAR, ts::VARCHAR, ltz::VARCHAR, tm::VARCHAR, TO_CHAR(CONVERT_TIMEZONE('UTC', ltz)::TIMESTAMP_NTZ, 'YYYY-MM-DD HH24:MI:SS') FROM t WHERE id = 1",
      ['2024-01-31', '2024-01-31', '2024-01-31 10:20:30.123', '2024-01-31 08:20:30.000 +0000', '01:02:03', '2024-01-31 08:20:30'],
    ],
    [
      "SELECT CONVERT_TIMEZONE('America/New_York', 'UTC', '2024-07-01 12:00:00'::TIMESTAMP_NTZ)::VARCHAR, DATE_FROM_PARTS(2024, 2, 29)::VARCHAR, DAYNAME('2024-03-03'::DATE), MONTHNAME('2024-03-03'::DATE)",
      ['2024-07-01 16:00:00.000', '2024-02-29', 'Sun', 'Mar'],
    ],
    [
      "SELECT CURRENT_DATE()::VARCHAR, SYSDATE()::VARCHAR, TO_CHAR(CURRENT_TIMESTAMP(), 'YYYY-MM-DD HH24:MI:SS.FF3'), CURRENT_TIMESTAMP = GETDATE(), CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ = SYSDATE()",
      ['2024-03-05', '2024-03-05 06:07:08.009', '2024-03-05 06:07:08.009', 'true', 'true'],
    ],
    [
      "SELECT TO_CHAR(LEAST(DATEADD(second, -60, SYSDATE()), '2024-03-05 06:00:00.000000000'::TIMESTAMP_NTZ), 'YYYY-MM-DD HH24:MI:SS.FF9')",
      ['2024-03-05 06:00:00.000000000'],
    ],
    [
      "SELECT COUNT(*) FROM t WHERE ts >= '2024-01-31 10:20:30.123456000'::TIMESTAMP_NTZ AND ts < '2024-02-01'::TIMESTAMP_NTZ AND d = '2024-01-31'",
      ['1'],
    ],
    ["SELECT DATE '2024-01-01' = TO_DATE('2024-01-01'), TIMESTAMP '2024-01-01 00:00:00' = '2024-01-01'::TIMESTAMP_NTZ", ['true', 'true']],
  ],
  conversions: [
    [
      "SELECT '1.5'::NUMBER, 1.5::INT, '12.345'::NUMBER(5,2), TRUE::NUMBER, 'true'::BOOLEAN, '1e3'::FLOAT, 1.50::VARCHAR, 'abcdef'::VARCHAR(3)",
      ['2', '2', '12.35', '1', 'true', '1000.0', '1.50', 'abc'],
    ],
    [
      "SELECT TRY_CAST('x' AS NUMBER(10,2)), TRY_CAST('2024-13-01' AS DATE), TRY_TO_NUMBER('12.34', 10, 1), TRY_TO_DATE('nope'), TRY_TO_TIMESTAMP_NTZ('2024-01-01'), TRY_TO_BOOLEAN('x'), TRY_TO_DOUBLE('1.5')",
      [null, null, '12.3', null, '1704067200.000000000', null, '1.5'],
    ],
    [
      "SELECT TO_NUMBER('12.5'), TO_DECIMAL('12.345', 10, 2), TO_DATE('05.03.2024', 'DD.MM.YYYY')::VARCHAR, TO_TIMESTAMP('05/03/2024 10:11:12', 'DD/MM/YYYY HH24:MI:SS')::VARCHAR, TO_TIMESTAMP(1704067200)::VARCHAR, TO_TIME('10:11:12')::VARCHAR",
      ['13', '12.35', '2024-03-05', '2024-03-05 10:11:12.000', '2024-01-01 00:00:00.000', '10:11:12'],
    ],
    [
      "SELECT TO_CHAR(b, 'HEX'), b::VARCHAR, TO_CHAR(b, 'BASE64'), TO_BINARY('FF') = X'FF', 'ff'::BINARY = X'FF', TO_CHAR(amount), ts::DATE::VARCHAR, ts::TIME::VARCHAR FROM t WHERE id = 1",
      ['AB01', 'AB01', 'qwE=', 'true', 'true', '1.500', '2024-01-31', '10:20:30'],
    ],
  ],
  'semi-structured data': [
    [
      "SELECT v:k.n, v:k.s, v:k.s::VARCHAR, v['k']['n']::NUMBER, v:l[1]::STRING, v:none, GET_PATH(v, 'k.n')::INT + 1, GET(v, 'l')[0]::INT FROM t WHERE id = 1",
      ['5', '"x"', 'x', '5', 'two', null, '6', '1'],
    ],
    [
      'SELECT TO_JSON(v), ARRAY_SIZE(v:l), TYPEOF(v:k), TYPEOF(v:k.n) FROM t WHERE id = 1',
      ['{"k":{"n":5,"s":"x"},"l":[1,"two"]}', '2', 'OBJECT', 'INTEGER'],
    ],
    [
      "SELECT PARSE_JSON('[1, 2]'), TRY_PARSE_JSON('{'), TO_VARIANT(1), ARRAY_CONSTRUCT(1, 'a'), OBJECT_CONSTRUCT_KEEP_NULL('a', NULL)",
      ['[1,2]', null, '1', '[1,"a"]', '{"a":null}'],
    ],
  ],
};

for (const [topic, cases] of Object.entries(QUERIES)) {
  describe(topic, () => {
    it.each(cases.map(([statement, ...rows]) => ({ statement, rows })))('$statement', async ({ statement, rows }) => {
      expect(await server.rows(statement)).toEqual(rows);
    });
  });
}

describe('what is not known', () => {
  it.each([
    'GRANT SELECT ON t TO ROLE x',
    'COPY INTO @stage FROM t',
    'PUT file:///x @y',
    'USE SCHEMA x',
    'BEGIN',
    'CALL p()',
    'SET x = 1',
    'EXPLAIN SELECT 1',
    'ALTER SESSION SET x = 1',
    'CREATE STREAM s ON TABLE t',
    'CREATE TABLE u CLONE t',
    'CREATE TABLE u LIKE t',
    'CREATE TEMPORARY TABLE u (a INT)',
    'CREATE TABLE u (a INT AUTOINCREMENT)',
    'CREATE TABLE u (a GEOGRAPHY)',
    'CREATE TABLE u (a VECTOR(FLOAT, 3))',
    'CREATE TABLE u (a TIMESTAMP DEFAULT CURRENT_TIMESTAMP())',
    'CREATE TABLE u (a INT) CLUSTER BY (a)',
    'CREATE OR REPLACE SCHEMA x',
    'CREATE DATABASE x',
    'INSERT OVERWRITE INTO t SELECT * FROM t',
    'SELECT * FROM t CHANGES(INFORMATION => DEFAULT)',
    'SELECT * FROM t SAMPLE (10)',
    'SELECT * FROM t, LATERAL FLATTEN(input => v)',
    'SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 10))',
    'SELECT * FROM @stage',
    'SELECT $1 FROM t',
    "SELECT * FROM t PIVOT(SUM(id) FOR grp IN ('a'))",
    'SELECT * FROM t ASOF JOIN t u MATCH_CONDITION (t.ts >= u.ts)',
    'SELECT id FROM t FOR UPDATE',
    "SELECT CONVERT_TIMEZONE('Asia/Tokyo', ltz) FROM t",
    "SELECT TO_CHAR(amount, '999.00') FROM t",
    'SELECT TO_CHAR(d, grp) FROM t',
    "SELECT TO_CHAR(d, 'YYYYQ') FROM t",
    "SELECT TO_CHAR(ts, 'FF2') FROM t",
    "SELECT SHA2('a', 512)",
    'SELECT COUNT(DISTINCT id, grp) FROM t',
    'SELECT v:k = 1 FROM t',
    'SELECT RATIO_TO_REPORT(id) OVER () FROM t',
    "SELECT id COLLATE 'en' FROM t",
    "SELECT INTERVAL '1 day'",
    'SHOW USERS',
    'DESCRIBE USER x',
    'SELECT HASH(*) FROM t',
    'SELECT HASH()',
    'SELECT RANDOM()',
    "SELECT read_text('/etc/passwd')",
    'SELECT * FROM duckdb_settings()',
    "SELECT getenv('HOME')",
    'SELECT * FROM "/etc/passwd"',
    'SELECT * FROM "x.csv"',
    'SELECT * FROM duckdb_tables',
    'SELECT * FROM INFORMATION_SCHEMA.QUERY_HISTORY',
    'PRAGMA version',
    "ATTACH 'x'",
    'SELECT * FROM snowflake_local.main.x',
  ])('is refused: %s', async (statement) => {
    const { status, body } = await server.submit(statement);
    expect(status).toBe(422);
    expect(body['code']).toMatch(/^(000002|001003|002003|002140)$/);
  });
});

describe('changes', () => {
  it('are counted', async () => {
    await server.submit("CREATE TABLE c (id INT, s VARCHAR DEFAULT 'none', n NUMBER(10,2))");
    const inserted = await server.submit("INSERT INTO c (id, s) VALUES (1, 'a'), (2, DEFAULT)");
    expect(inserted.body).toMatchObject({
      data: [['2']],
      stats: { numRowsInserted: 2, numRowsUpdated: 0 },
      resultSetMetaData: { rowType: [{ name: 'number of rows inserted' }] },
    });
    expect((await server.submit('UPDATE c SET n = id * 1.5, c.s = UPPER(s) WHERE id < 10')).body).toMatchObject({
      data: [['2', '0']],
      stats: { numRowsUpdated: 2 },
    });
    expect(await server.rows('SELECT * FROM c ORDER BY id')).toEqual([
      ['1', 'A', '1.50'],
      ['2', 'NONE', '3.00'],
    ]);
    expect((await server.submit('UPDATE c x SET s = y.grp FROM t y WHERE x.id = y.id AND y.id = 1')).body).toMatchObject({
      data: [['1', '0']],
    });
    const merge = `MERGE INTO c USING (SELECT column1 AS id, column2 AS s FROM VALUES (1, 'm'), (2, 'gone'), (9, 'new')) src ON c.id = src.id
      WHEN MATCHED AND src.s = 'gone' THEN DELETE WHEN MATCHED THEN UPDATE SET c.s = src.s, n = NULL WHEN NOT MATCHED THEN INSERT (id, s) VALUES (src.id, src.s)`;
    expect((await server.submit(merge)).body).toMatchObject({
      data: [['1', '1', '1']],
      stats: { numRowsInserted: 1, numRowsUpdated: 1, numRowsDeleted: 1 },
    });
    expect(await server.rows('SELECT * FROM c ORDER BY id')).toEqual([
      ['1', 'm', null],
      ['9', 'new', null],
    ]);
    expect((await server.submit('DELETE FROM c USING t WHERE c.id = t.id')).body).toMatchObject({
      data: [['1']],
      stats: { numRowsDeleted: 1 },
    });
    expect((await server.submit('TRUNCATE TABLE c')).body).toMatchObject({ data: [['Statement executed successfully.']] });
    expect(await server.rows('SELECT COUNT(*) FROM c')).toEqual([['0']]);
  });

  it('keep NOT NULL, and no keys', async () => {
    await server.submit('CREATE TABLE k (id INT PRIMARY KEY, u INT UNIQUE)');
    expect((await server.submit('INSERT INTO k VALUES (1, 1), (1, 1)')).status).toBe(200);
    expect((await server.submit('INSERT INTO k VALUES (NULL, 1)')).body).toMatchObject({ code: '100072', sqlState: '22000' });
    expect((await server.submit('INSERT INTO k VALUES (1)')).status).toBe(422);
  });

  it('wait for each other', async () => {
    await server.submit('CREATE TABLE w AS SELECT 0 AS n');
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.submit('UPDATE w SET n = n + 1')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await server.rows('SELECT n FROM w')).toEqual([['8']]);
  });
});

describe('definitions', () => {
  const message = async (statement: string): Promise<unknown> => {
    const { body } = await server.submit(statement);
    return (body['data'] as string[][] | undefined)?.[0]?.[0] ?? body['message'];
  };

  it('answer as Snowflake does', async () => {
    expect(await message('CREATE TABLE def (a INT)')).toBe('Table DEF successfully created.');
    expect(await message('CREATE TABLE IF NOT EXISTS def (a INT)')).toBe('DEF already exists, statement succeeded.');
    expect(await message("CREATE OR REPLACE TABLE def (a INT COMMENT 'it''s a', b VARCHAR(5) NOT NULL)")).toBe(
      'Table DEF successfully created.',
    );
    expect(await message('CREATE VIEW def_view AS SELECT a AS x FROM def')).toBe('View DEF_VIEW successfully created.');
    expect(await message('ALTER TABLE def RENAME COLUMN b TO c')).toBe('Statement executed successfully.');
    expect(await server.rows('DESCRIBE TABLE def')).toEqual([
      ['A', 'NUMBER(38,0)', 'COLUMN', 'Y', null, 'N', 'N', null, null, "it's a"],
      ['C', 'VARCHAR(5)', 'COLUMN', 'N', null, 'N', 'N', null, null, null],
    ]);
    expect(await server.rows('SELECT x FROM def_view')).toEqual([]);
    expect(await message('ALTER TABLE def RENAME TO def2')).toBe('Statement executed successfully.');
    expect(await message('DROP VIEW def_view')).toBe('DEF_VIEW successfully dropped.');
    expect(await message('DROP TABLE def2')).toBe('DEF2 successfully dropped.');
    expect(await message('DROP TABLE IF EXISTS def2')).toBe('Drop statement executed successfully (DEF2 already dropped).');
    expect(await message('CREATE SCHEMA sch')).toBe('Schema SCH successfully created.');
    expect(await message('CREATE TABLE sch.x AS SELECT 1::NUMBER(10,2) AS a, PARSE_JSON(\'{}\') AS "v"')).toBe(
      'Table X successfully created.',
    );
    expect((await server.rows('DESCRIBE TABLE shop.sch.x')).map((row) => row.slice(0, 2))).toEqual([
      ['A', 'NUMBER(10,2)'],
      ['v', 'VARIANT'],
    ]);
    expect(await message('DROP SCHEMA sch')).toBe('SCH successfully dropped.');
  });

  it('are listed', async () => {
    await server.submit('CREATE SCHEMA listed');
    await server.submit('CREATE TABLE listed.one (a NUMBER(10,2) NOT NULL, b TIMESTAMP_TZ, c VARCHAR)');
    await server.submit('CREATE VIEW listed.two AS SELECT a FROM listed.one');
    expect(await server.rows('SHOW TABLES IN SCHEMA shop.listed')).toEqual([['ONE', 'SHOP', 'LISTED', 'TABLE', '0', 'OFF', '1']]);
    expect(await server.rows('SHOW VIEWS IN SCHEMA listed')).toEqual([['TWO', 'SHOP', 'LISTED', 'VIEW']]);
    expect(await server.rows("SHOW TABLES LIKE 'on%' IN SCHEMA listed")).toHaveLength(1);
    expect(await server.rows('SHOW SCHEMAS')).toContainEqual(['LISTED', 'SHOP']);
    expect((await server.rows('SHOW COLUMNS IN TABLE listed.one')).map((row) => row.slice(2, 5))).toEqual([
      ['A', 'NUMBER(10,2)', 'false'],
      ['B', 'TIMESTAMP_TZ(9)', 'true'],
      ['C', 'VARCHAR(16777216)', 'true'],
    ]);
    expect(
      await server.rows("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'LISTED' ORDER BY 1"),
    ).toEqual([
      ['ONE', 'BASE TABLE'],
      ['TWO', 'VIEW'],
    ]);
    expect(
      await server.rows(
        "SELECT column_name, data_type, is_nullable, numeric_scale FROM shop.information_schema.columns WHERE table_name = 'ONE' ORDER BY ordinal_position",
      ),
    ).toEqual([
      ['A', 'NUMBER', 'NO', '2'],
      ['B', 'TIMESTAMP_TZ', 'YES', null],
      ['C', 'TEXT', 'YES', null],
    ]);
  });
});
