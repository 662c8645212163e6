import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rowsOf, rowTypeOf, startTestServer, type TestServer } from '../testing/sql-api.ts';

let root: string;
let server: TestServer;
let lake: string;
let counter = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowflake-local-unload-'));
  server = await startTestServer({ stages: { lake: join(root, 'lake') } });
  await server.database.run(`CREATE TABLE ALL_TYPES (ID DECIMAL(38,0), PRICE DECIMAL(12,2), RATIO DOUBLE, NAME VARCHAR, OK BOOLEAN, DAY DATE,
    MOMENT TIMESTAMP, EXACT TIMESTAMP_NS, CLOCK TIME, BYTES BLOB, DOC JSON, SEEN TIMESTAMPTZ);
    INSERT INTO ALL_TYPES VALUES (12345678901234567890123456789012345678, 1.50, 'NaN', 'é', true, '0001-01-01', '9999-12-31 23:59:59.999999',
      '2024-01-15 06:00:00.123456789', '23:59:59.999999', '\\x00\\xFF', '{"a":null}', '2024-01-15 06:00:00+00'),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE TABLE NUMBERS AS SELECT CAST(range AS DECIMAL(38,0)) AS ID, md5(CAST(range AS VARCHAR)) AS TEXT FROM range(20000)`);
});

afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

beforeEach(() => {
  lake = `run-${counter++}`;
});

const PARQUET = 'FILE_FORMAT = (TYPE = PARQUET COMPRESSION = SNAPPY)';

function folder(): string {
  return join(root, 'lake', lake);
}

async function schemaOf(path: string): Promise<Readonly<Record<string, string>>> {
  const rows = await server.database.all(`SELECT name, type, logical_type, precision, scale FROM parquet_schema('${path}')`);
  return Object.fromEntries(
    rows.slice(1).map((row) => {
      const logical = /^\w+/.exec(String(row['logical_type'] ?? ''))?.[0];
      const unit = /unit=TimeUnit\((\w+)=(?!<null>)|(MICROS)=Micro/.exec(String(row['logical_type']));
      const detail = logical === 'DecimalType' ? `(${row['precision']},${row['scale']})` : (unit?.[2] ?? unit?.[1] ?? '');
      return [String(row['name']), `${row['type']} ${logical ?? ''} ${detail}`.trim()];
    }),
  );
}

describe('COPY INTO a stage', () => {
  test('writes every type as Snowflake does', async () => {
    const rows = await server.rows(`COPY INTO @LAKE/${lake}/ FROM (SELECT * EXCLUDE (SEEN), ID::NUMBER(20,0)::VARCHAR AS T FROM ALL_TYPES
      WHERE ID IS NULL) ${PARQUET} HEADER = TRUE INCLUDE_QUERY_ID = TRUE DETAILED_OUTPUT = TRUE`);
    const [[name = '', size, count] = []] = rows;
    expect(name).toMatch(new RegExp(`^${lake}/data_[0-9a-f-]{36}_0_0_0\\.snappy\\.parquet$`));
    expect(count).toBe('1');
    const path = join(root, 'lake', name ?? '');
    expect(Number(size)).toBe(statSync(path).size);
    expect(await schemaOf(path)).toEqual({
      ID: 'FIXED_LEN_BYTE_ARRAY DecimalType (38,0)',
      PRICE: 'INT64 DecimalType (12,2)',
      RATIO: 'DOUBLE',
      NAME: 'BYTE_ARRAY',
      OK: 'BOOLEAN',
      DAY: 'INT32',
      MOMENT: 'INT64 TimestampType MILLIS',
      EXACT: 'INT64 TimestampType MILLIS',
      CLOCK: 'INT64 TimeType MICROS',
      BYTES: 'BYTE_ARRAY',
      DOC: 'BYTE_ARRAY',
      T: 'BYTE_ARRAY',
    });
  });

  test('cuts times to milliseconds and keeps every other cell', async () => {
    await server.rows(
      `COPY INTO @LAKE/${lake}/ FROM (SELECT * EXCLUDE (SEEN) FROM ALL_TYPES WHERE ID IS NOT NULL) ${PARQUET} HEADER = TRUE`,
    );
    const [row] = await server.database.all(`SELECT *, hex(BYTES) AS HEX FROM '${folder()}/data_0_0_0.snappy.parquet'`);
    expect(row).toMatchObject({
      ID: '12345678901234567890123456789012345678',
      PRICE: '1.50',
      NAME: 'é',
      DAY: '0001-01-01',
      MOMENT: '9999-12-31 23:59:59.999',
      EXACT: '2024-01-15 06:00:00.123',
      CLOCK: '23:59:59.999',
      HEX: '00FF',
      DOC: '{"a":null}',
    });
  });

  test('follows an integer cast, and names columns by number without HEADER', async () => {
    const sql = `COPY INTO @LAKE/${lake}/ FROM (SELECT ID::BIGINT AS A, CAST(ID AS INT) B, ID::SMALLINT, ID, ID::NUMBER(10,0) FROM NUMBERS WHERE ID < 10)`;
    await server.rows(`${sql} ${PARQUET}`);
    expect(await schemaOf(`${folder()}/data_0_0_0.snappy.parquet`)).toEqual({
      _COL_0: 'INT64',
      _COL_1: 'INT32',
      _COL_2: 'INT32',
      _COL_3: 'FIXED_LEN_BYTE_ARRAY DecimalType (38,0)',
      _COL_4: 'INT64 DecimalType (10,0)',
    });
  });

  test('cuts files at MAX_FILE_SIZE and lists each', async () => {
    const answer = await server.submit(`COPY INTO @SHOP.PUBLIC.LAKE/${lake}/ FROM NUMBERS ${PARQUET} HEADER = TRUE MAX_FILE_SIZE = 100000
      DETAILED_OUTPUT = TRUE`);
    expect(rowTypeOf(answer.body).map(({ name }) => name)).toEqual(['FILE_NAME', 'FILE_SIZE', 'ROW_COUNT']);
    const files = rowsOf(answer.body);
    expect(files.length).toBeGreaterThan(3);
    expect(files.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(20_000);
    expect((await readdir(folder())).toSorted()).toEqual(files.map(([name]) => name?.slice(lake.length + 1)).toSorted());
    const [sum] = await server.database.all(`SELECT count(DISTINCT ID) AS n FROM '${folder()}/*.parquet'`);
    expect(sum).toEqual({ n: '20000' });
  });

  test('answers with a summary, and leaves no file where there are no rows', async () => {
    const answer = await server.submit(`COPY INTO @LAKE/${lake}/ FROM (SELECT * FROM NUMBERS WHERE ID < 0) ${PARQUET}`);
    expect(rowTypeOf(answer.body).map(({ name }) => name)).toEqual(['rows_unloaded', 'input_bytes', 'output_bytes']);
    expect(rowsOf(answer.body)).toEqual([['0', '0', '0']]);
    expect(
      await server.rows(`COPY INTO @LAKE/${lake}/ FROM (SELECT * FROM NUMBERS WHERE ID < 0) ${PARQUET} DETAILED_OUTPUT = TRUE`),
    ).toEqual([]);
    expect(existsSync(folder())).toBe(false);
  });

  test('refuses to write over files, unless OVERWRITE or the query id says so', async () => {
    const copy = `COPY INTO @LAKE/${lake}/part FROM NUMBERS ${PARQUET}`;
    await server.rows(copy);
    const again = await server.submit(copy);
    expect(again.status).toBe(422);
    expect(again.body).toMatchObject({ code: '001030' });
    expect(again.body['message']).toContain(`Files already existing at the unload destination: @LAKE/${lake}/part. Use overwrite option`);
    await server.rows(`${copy} OVERWRITE = TRUE`);
    await server.rows(`${copy} INCLUDE_QUERY_ID = TRUE`);
    const names = await readdir(folder());
    expect(names).toHaveLength(2);
    expect(names).toContain('part_0_0_0.snappy.parquet');
  });

  test('writes a single file under the name given', async () => {
    await server.rows(`COPY INTO '@LAKE/${lake}/one file.parquet' FROM NUMBERS FILE_FORMAT = (TYPE = 'PARQUET' COMPRESSION = NONE)
      SINGLE = TRUE MAX_FILE_SIZE = 1000`);
    expect(await readdir(folder())).toEqual(['one file.parquet']);
  });

  test.each([
    ['a time with a zone', `FROM (SELECT SEEN FROM ALL_TYPES) ${PARQUET}`, '100171', 'TIMESTAMP_TZ and LTZ types are not supported'],
    ['an unknown table', `FROM NOWHERE ${PARQUET}`, '002003', "Object 'SHOP.PUBLIC.NOWHERE' does not exist"],
    ['CSV', 'FROM NUMBERS FILE_FORMAT = (TYPE = CSV)', '000002', 'unloading to CSV'],
    ['LZO', 'FROM NUMBERS FILE_FORMAT = (TYPE = PARQUET COMPRESSION = LZO)', '000002', 'LZO'],
    ['PARTITION BY', `FROM NUMBERS PARTITION BY (ID) ${PARQUET}`, '000002', 'PARTITION BY'],
    ['an option that is not known', `FROM NUMBERS ${PARQUET} VALIDATION_MODE = RETURN_ROWS`, '000002', 'VALIDATION_MODE'],
    ['the query id with OVERWRITE', `FROM NUMBERS ${PARQUET} OVERWRITE = TRUE INCLUDE_QUERY_ID = TRUE`, '001008', 'INCLUDE_QUERY_ID'],
    ['a wrong flag', `FROM NUMBERS ${PARQUET} HEADER = MAYBE`, '001008', 'HEADER'],
    ['an unclosed parenthesis', `FROM (SELECT 1 ${PARQUET}`, '001003', 'syntax error'],
    ['a change as its source', `FROM (DELETE FROM NUMBERS) ${PARQUET}`, '000002', 'anything but a query'],
  ])('refuses %s', async (_, rest, code, message) => {
    const answer = await server.submit(`COPY INTO @LAKE/${lake}/ ${rest}`);
    expect(answer.body).toMatchObject({ code });
    expect(answer.body['message']).toContain(message);
  });

  test.each([
    ['@NOWHERE/a/', '002003', "Stage 'SHOP.PUBLIC.NOWHERE' does not exist or not authorized."],
    ['@~/a/', '000002', 'user and table stages'],
    ['@LAKE/../../a/', '000002', 'a stage path with ".."'],
    ["'s3://bucket/a/'", '000002', 'COPY INTO an address'],
  ])('refuses the target %s', async (target, code, message) => {
    const answer = await server.submit(`COPY INTO ${target} FROM NUMBERS ${PARQUET}`);
    expect(answer.body).toMatchObject({ code });
    expect(answer.body['message']).toContain(message);
  });
});

describe('stages and integrations', () => {
  test('are made, shown, described and dropped', async () => {
    await server.rows(`CREATE STORAGE INTEGRATION LAKE_ACCESS TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
      STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/x' STORAGE_ALLOWED_LOCATIONS = ('s3://a/', 's3://b/')`);
    const url = pathToFileURL(`${join(root, 'made')}/`).href;
    await server.rows(`CREATE OR REPLACE STAGE MADE URL = '${url}' STORAGE_INTEGRATION = lake_access`);
    const [shown = []] = await server.rows("SHOW STAGES LIKE 'made'");
    expect([shown.slice(0, 4), shown[9], shown[12]]).toEqual([['MADE', 'SHOP', 'PUBLIC', url], 'EXTERNAL', 'LAKE_ACCESS']);
    expect(await server.rows('SHOW INTEGRATIONS')).toEqual([['LAKE_ACCESS', 'EXTERNAL_STAGE', 'STORAGE', 'true']]);
    expect((await server.rows('DESC STAGE MADE')).map((row) => row[3])).toEqual([`["${url}"]`, 'LAKE_ACCESS']);
    expect(await server.rows('DESCRIBE STORAGE INTEGRATION LAKE_ACCESS')).toContainEqual([
      'STORAGE_ALLOWED_LOCATIONS',
      'List',
      's3://a/,s3://b/',
      '',
    ]);
    await server.rows(`COPY INTO @made/x/ FROM NUMBERS ${PARQUET}`);
    expect(existsSync(join(root, 'made', 'x', 'data_0_0_0.snappy.parquet'))).toBe(true);
    await server.rows('DROP STAGE MADE');
    expect((await server.submit('DROP STAGE MADE')).body).toMatchObject({ code: '002003' });
    await server.rows('DROP STAGE IF EXISTS MADE');
  });

  test('need each other, and are not tables', async () => {
    const answer = await server.submit("CREATE STAGE S URL = 'file:///tmp/' STORAGE_INTEGRATION = NO_ACCESS");
    expect(answer.body['message']).toContain("Integration 'NO_ACCESS' does not exist or not authorized.");
    expect(JSON.stringify(await server.rows('SHOW SCHEMAS'))).not.toContain('STATE');
    expect((await server.submit('SELECT * FROM SNOWFLAKE_LOCAL_STATE.STAGES')).body).toMatchObject({ code: '002003' });
  });

  test('that are not folders take no files', async () => {
    await server.rows("CREATE STAGE CLOUD URL = 's3://bucket/lake/'");
    const answer = await server.submit(`COPY INTO @CLOUD/ FROM NUMBERS ${PARQUET}`);
    expect(answer.body['message']).toContain('unloading to s3');
  });
});
