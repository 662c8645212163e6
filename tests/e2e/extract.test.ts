import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ExtractReport,
  type ExtractRequest,
  type ExtractWindow,
  logicalDate,
  parseColumnType,
  parseDatasetName,
  type Source,
  type SourceColumn,
} from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import fc from 'fast-check';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const KEYS = generateKeyPair();
const ROWS_PER_PARTITION = 700;

let folder = '';
let server: RunningServer;
let session: DuckdbSession;
let now = new Date('2024-01-20T12:00:00Z');
let attempts = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-extract-'));
  const users = [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }];
  server = await startServer({ users, rowsPerPartition: ROWS_PER_PARTITION, now: () => now });
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
});

afterAll(async () => {
  session.close();
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  now = new Date('2024-01-20T12:00:00Z');
});

function openSource({ url = server.url, privateKeyPem = KEYS.privateKeyPem } = {}): Source {
  return snowflakeSource({
    connection: { account: 'LOCAL', user: 'ETL', privateKey: { env: 'KEY' }, url, database: 'SHOP', schema: 'PUBLIC' },
    writer: duckdbParquetWriter({ session, store: fsObjectStore({ root: join(folder, 'lake') }), spoolRoot: join(folder, 'spool') }),
    secrets: { get: async () => privateKeyPem },
    clock: systemClock(),
  });
}

function columns(types: Readonly<Record<string, string>>): readonly SourceColumn[] {
  return Object.entries(types).map(([name, text]) => {
    const type = parseColumnType(text);
    if (type === undefined) throw new Error(`no type: ${text}`);
    return { name, source: name.toUpperCase(), type };
  });
}

/** Extracts a table (or, with a blank in it, a query) with a source of its own or a given one. */
function extract(from: string, types: Readonly<Record<string, string>>, window: ExtractWindow = { kind: 'full' }, source = openSource()) {
  const request: ExtractRequest = {
    dataset: parseDatasetName('bronze.orders'),
    relation: from.includes(' ') ? { kind: 'query', sql: from } : { kind: 'table', table: from },
    columns: columns(types),
    window,
    transport: 'raw',
    day: logicalDate('2024-01-15'),
    prefix: 'bronze/year=2024/month=01/day=15/orders/{attempt}',
  };
  return source.extract(request, { attempt: `attempt-${attempts++}`, signal: new AbortController().signal });
}

/** Runs SQL over what an extraction wrote, as the table `extracted`. */
async function inspect(reports: readonly ExtractReport[], sql: string): Promise<readonly unknown[]> {
  const paths = reports.flatMap(({ files }) => files.map(({ key }) => `'${join(folder, 'lake', key)}'`));
  const connection = await session.connect();
  try {
    const text = sql.replaceAll('extracted', `read_parquet([${paths.join(', ')}], hive_partitioning = false)`);
    return (await connection.runAndReadAll(text)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

describe('the stand-in', () => {
  it('is known by its answer to a ping', async () => {
    expect(await openSource().ping(new AbortController().signal)).toMatch(/^Snowflake .+, account LOCAL, user ETL, role .+/);
  });
});

describe('types', () => {
  const TYPES = {
    id: 'NUMBER(38,0)',
    small: 'INTEGER',
    price: 'NUMBER(12,3)',
    ratio: 'FLOAT',
    ok: 'BOOLEAN',
    label: 'VARCHAR',
    d: 'DATE',
    t: 'TIME',
    ts: 'TIMESTAMP_NTZ',
    tz: 'TIMESTAMP_NTZ',
    bin: 'BINARY',
    doc: 'VARIANT',
  };

  beforeAll(async () => {
    await server.database.run(`
      CREATE TABLE "TYPES" ("ID" DECIMAL(38,0), "SMALL" INTEGER, "PRICE" DECIMAL(12,3), "RATIO" DOUBLE, "OK" BOOLEAN,
        "LABEL" VARCHAR, "D" DATE, "T" TIME, "TS" TIMESTAMP, "TZ" TIMESTAMPTZ, "BIN" BLOB, "DOC" JSON);
      INSERT INTO "TYPES" VALUES
        (12345678901234567890123456789012345678, -7, -123456789.125, 0.1, true, 'a "quoted" text
over two lines, \\ é 🛒', '1969-12-31', '23:59:59.123456', '9999-12-31 23:59:59.999999', '2024-01-15 12:00:00.5+02', '\\x00\\xFF'::BLOB, '{"a": [1, null]}'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (0, 0, 0, '-inf', false, '', '0001-01-01', '00:00:00', '1600-02-29 00:00:00.000001', '1970-01-01 00:00:00+00', '', 'null'),
        (-1, 2147483647, 999999999.999, 'nan', NULL, 'NULL', '9999-12-31', NULL, '1969-12-31 23:59:59.999999', NULL, NULL, '"x"');`);
  });

  it('arrive exactly', async () => {
    const report = await extract('TYPES', TYPES);
    expect(report.rows).toBe(4);
    const found = await inspect([report], 'SELECT * REPLACE (hex(bin) AS bin) FROM extracted ORDER BY id NULLS LAST');
    expect(found).toEqual([
      expect.objectContaining({
        id: '-1',
        small: '2147483647',
        price: '999999999.999',
        ratio: 'NaN',
        ok: null,
        label: 'NULL',
        d: '9999-12-31',
      }),
      expect.objectContaining({
        id: '0',
        label: '',
        d: '0001-01-01',
        t: '00:00:00',
        ts: '1600-02-29 00:00:00.000001',
        bin: '',
        doc: 'null',
      }),
      {
        id: '12345678901234567890123456789012345678',
        small: '-7',
        price: '-123456789.125',
        ratio: 0.1,
        ok: true,
        label: 'a "quoted" text\nover two lines, \\ é 🛒',
        d: '1969-12-31',
        t: '23:59:59.123456',
        ts: '9999-12-31 23:59:59.999999',
        tz: '2024-01-15 10:00:00.5',
        bin: '00FF',
        doc: expect.stringMatching(/^\{"a":\s*\[1,\s*null\]\}$/),
      },
      Object.fromEntries(Object.keys(TYPES).map((name) => [name, null])),
    ]);
  });

  it('are those of the declaration', async () => {
    const report = await extract('TYPES', TYPES);
    const described = await inspect([report], 'SELECT column_name, column_type FROM (DESCRIBE FROM extracted)');
    expect(described.map((row) => Object.values(row ?? {}).join(' '))).toEqual([
      'id DECIMAL(38,0)',
      'small BIGINT',
      'price DECIMAL(12,3)',
      'ratio DOUBLE',
      'ok BOOLEAN',
      'label VARCHAR',
      'd DATE',
      't TIME',
      'ts TIMESTAMP',
      'tz TIMESTAMP',
      'bin BLOB',
      'doc VARCHAR',
    ]);
  });
});

describe('rows', () => {
  it('of many partitions all arrive, from a table and from a query', async () => {
    await server.database.run(`CREATE TABLE "MANY" AS SELECT i::DECIMAL(38,0) AS "ID", 'row ' || i AS "LABEL" FROM range(10000) r(i)`);
    for (const from of ['MANY', 'SELECT id, label FROM many -- all of them']) {
      const report = await extract(from, { id: 'BIGINT', label: 'VARCHAR' });
      expect(report.rows).toBe(10_000);
      expect(await inspect([report], 'SELECT count(DISTINCT (id, label)) AS n, sum(id) AS s FROM extracted')).toEqual([
        { n: '10000', s: '49995000' },
      ]);
    }
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  });

  it('that are none give no file', async () => {
    await server.database.run('CREATE TABLE "EMPTY" ("ID" INTEGER)');
    expect(await extract('EMPTY', { id: 'BIGINT' })).toMatchObject({ rows: 0, files: [] });
  });
});

describe('windows', () => {
  const TYPES = { id: 'BIGINT', at: 'TIMESTAMP_NTZ' };
  const window = (until: string, low?: string): ExtractWindow => ({
    kind: 'window',
    watermark: 'at',
    until,
    lagSeconds: 0,
    nulls: 'fail',
    ...(low === undefined ? {} : { low }),
  });

  it.each(['TIMESTAMP', 'TIMESTAMPTZ', 'DATE'])('of a %s watermark bring every row exactly once', async (type) => {
    const time = fc.date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2024-01-05T00:00:00Z'), noInvalidDate: true });
    const day = type === 'DATE' ? { at: 'DATE' } : {};
    await fc.assert(
      fc.asyncProperty(
        fc.array(time, { minLength: 1, maxLength: 30 }),
        fc.array(time, { minLength: 1, maxLength: 4 }),
        async (rows, ends) => {
          const values = rows.map((at, id) => `(${id}, '${at.toISOString()}'::TIMESTAMPTZ::${type})`).join(', ');
          await server.database.run(`CREATE OR REPLACE TABLE "TIMED" AS FROM (VALUES ${values}) v("ID", "AT")`);
          const reports: ExtractReport[] = [];
          for (const end of [...ends, new Date('2024-01-06T00:00:00Z')]) {
            reports.push(await extract('TIMED', { ...TYPES, ...day }, window(end.toISOString(), reports.at(-1)?.window.high)));
          }
          expect(reports.reduce((sum, report) => sum + report.rows, 0)).toBe(rows.length);
          const [found] = await inspect(reports, 'SELECT count(DISTINCT id)::INTEGER AS n FROM extracted');
          expect(found).toEqual({ n: rows.length });
        },
      ),
      { numRuns: 8 },
    );
  });

  it('end at the source’s own clock minus the lag, never later', async () => {
    await server.database.run(`CREATE OR REPLACE TABLE "LATE" AS FROM (VALUES
      (1, TIMESTAMP '2024-01-20 11:49:59.999'), (2, TIMESTAMP '2024-01-20 11:50:00'), (3, TIMESTAMP '2024-01-20 11:59:00')) v("ID", "AT")`);
    const late = { ...window('2024-02-01T00:00:00Z'), lagSeconds: 600 } as ExtractWindow;
    const first = await extract('LATE', TYPES, late);
    expect(first).toMatchObject({ rows: 1, window: { high: '2024-01-20 11:50:00.000000000' } });
    now = new Date('2024-01-20T12:09:00.000Z');
    const second = await extract('LATE', TYPES, { ...late, low: first.window.high } as ExtractWindow);
    expect(second).toMatchObject({ rows: 1, window: { low: first.window.high, high: '2024-01-20 11:59:00.000000000' } });
    expect(await inspect([first, second], 'SELECT id::INTEGER AS id FROM extracted ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('do not lose rows without a watermark silently', async () => {
    await server.database.run(`CREATE OR REPLACE TABLE "HOLES" AS FROM (VALUES (1, TIMESTAMP '2024-01-01'), (2, NULL)) v("ID", "AT")`);
    await expect(extract('HOLES', TYPES, window('2024-01-06'))).rejects.toMatchObject({
      code: 'source/null-watermark',
      message: expect.stringContaining('1 rows'),
    });
    expect(await extract('HOLES', TYPES, { ...window('2024-01-06'), nulls: 'exclude' } as ExtractWindow)).toMatchObject({ rows: 1 });
  });

  it('need a watermark that orders', async () => {
    await server.database.run(`CREATE OR REPLACE TABLE "TEXTS" AS FROM (VALUES (1, '2024')) v("ID", "AT")`);
    await expect(extract('TEXTS', { id: 'BIGINT', at: 'VARCHAR' }, window('2024-01-06'))).rejects.toMatchObject({
      code: 'source/unsupported-watermark',
    });
  });
});

describe('faults', () => {
  beforeAll(async () => {
    await server.database.run(`CREATE TABLE "FAULTS" AS FROM (VALUES (1, 12345678901234567890::DECIMAL(38,0))) v("ID", "BIG")`);
  });

  it('a dropped column and a changed type are named together', async () => {
    await expect(extract('FAULTS', { idd: 'BIGINT', big: 'DATE' })).rejects.toMatchObject({
      code: 'source/column-missing',
      hint: expect.stringContaining('`ID`'),
      others: [expect.objectContaining({ code: 'source/type-mismatch' })],
    });
  });

  it('a dropped watermark is a dropped column, not a failed statement', async () => {
    const window: ExtractWindow = { kind: 'window', watermark: 'gone', until: '2024-01-06', lagSeconds: 0, nulls: 'fail' };
    await expect(extract('FAULTS', { id: 'BIGINT', gone: 'DATE' }, window)).rejects.toMatchObject({ code: 'source/column-missing' });
  });

  it('a value that does not fit its type is not shown', async () => {
    const failure = await extract('FAULTS', { big: 'BIGINT' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/value-does-not-fit', message: expect.stringContaining('big') });
    expect(String(failure)).not.toContain('12345678901234567890');
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  });

  it('a table that is not there', async () => {
    await expect(extract('FAULTZ', { id: 'BIGINT' })).rejects.toMatchObject({
      code: 'source/statement-failed',
      message: expect.stringContaining('FAULTZ'),
    });
  });

  it('another key than the registered one', async () => {
    const source = openSource({ privateKeyPem: generateKeyPair().privateKeyPem });
    await expect(source.ping(new AbortController().signal)).rejects.toMatchObject({ code: 'source/authentication', retry: 'never' });
  });
});
