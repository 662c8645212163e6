import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import { type FileFormat, logicalDate, parseColumnType, parseDatasetName, type Source, type SourceColumn } from '@snowmelt/core/ports';
import {
  type DuckdbSession,
  duckdbParquetWriter,
  duckdbSource,
  filesSource,
  fsObjectStore,
  openDuckdb,
  systemClock,
} from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import fc from 'fast-check';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Each column: the declared type, the type in DuckDB, and values as SQL, extremes first. */
const COLUMNS: Readonly<Record<string, { readonly declared: string; readonly stored: string; readonly values: readonly string[] }>> = {
  n38: {
    declared: 'NUMBER(38,0)',
    stored: 'DECIMAL(38,0)',
    values: ['99999999999999999999999999999999999999', '-99999999999999999999999999999999999999', '0', '-1'],
  },
  n38_10: {
    declared: 'NUMBER(38,10)',
    stored: 'DECIMAL(38,10)',
    values: ['9999999999999999999999999999.9999999999', '-0.0000000001', '12345.1', '0'],
  },
  n37_37: { declared: 'NUMBER(37,37)', stored: 'DECIMAL(37,37)', values: ['0.1234567890123456789012345678901234567', '-0.9'] },
  n18: { declared: 'NUMBER(18,0)', stored: 'DECIMAL(18,0)', values: ['999999999999999999', '-999999999999999999', '7'] },
  n12_3: { declared: 'NUMBER(12,3)', stored: 'DECIMAL(12,3)', values: ['999999999.999', '-0.001', '1.5'] },
  f: {
    declared: 'FLOAT',
    stored: 'DOUBLE',
    values: [`'NaN'`, `'Infinity'`, `'-Infinity'`, '1.7976931348623157e308', '4.9e-324', '0.1', '-0.0', '12345678901234567'],
  },
  b: { declared: 'BOOLEAN', stored: 'BOOLEAN', values: ['true', 'false'] },
  s: {
    declared: 'VARCHAR',
    stored: 'VARCHAR',
    values: [
      `''`,
      `'NULL'`,
      `' x, "y"; z '`,
      `'line' || chr(10) || 'two' || chr(13) || chr(10)`,
      `'é 🛒 ' || chr(8232) || chr(1)`,
      `'\\N\\'`,
    ],
  },
  d: { declared: 'DATE', stored: 'DATE', values: [`'0001-01-01'`, `'9999-12-31'`, `'1969-12-31'`, `'2024-02-29'`] },
  t: { declared: 'TIME', stored: 'TIME', values: [`'00:00:00'`, `'23:59:59.999999'`, `'12:00:00.5'`] },
  ts: {
    declared: 'TIMESTAMP_NTZ',
    stored: 'TIMESTAMP',
    values: [`'0001-01-01 00:00:00'`, `'9999-12-31 23:59:59.999999'`, `'1969-12-31 23:59:59.999999'`, `'1582-10-10 12:00:00'`],
  },
  tz: {
    declared: 'TIMESTAMP_NTZ',
    stored: 'TIMESTAMPTZ',
    values: [`'2024-01-15 12:00:00.5+02'`, `'0001-01-02 00:00:00+00'`, `'9999-12-30 00:00:00.000001+00'`],
  },
  bin: { declared: 'BINARY', stored: 'BLOB', values: [`''::BLOB`, `'\\x00\\xFF\\x0A'::BLOB`] },
  doc: { declared: 'VARIANT', stored: 'JSON', values: [`'{"a":[1,null,"x"],"b":{"c":0.5}}'`, `'[]'`, `'"é"'`, `'17'`, `'true'`] },
};
const NAMES = Object.keys(COLUMNS);
const KEYS = generateKeyPair();

let folder = '';
let server: RunningServer;
let session: DuckdbSession;
let instance: DuckDBInstance;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-agree-'));
  await mkdir(join(folder, 'in'));
  server = await startServer({ users: [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }], rowsPerPartition: 20 });
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
  instance = await DuckDBInstance.create(':memory:');
});
afterAll(async () => {
  instance.closeSync();
  session.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const store = () => fsObjectStore({ root: join(folder, 'lake') });

async function query(sql: string): Promise<readonly (readonly Json[])[]> {
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
  }
}

/** The same rows in every kind of source: `SELECT` gives them with the stored types. */
async function spread(select: string): Promise<void> {
  const at = (name: string) => join(folder, 'in', name);
  await rm(at('t.duckdb'), { force: true });
  await query(`CREATE OR REPLACE TABLE t AS ${select}`);
  await query(`ATTACH '${at('t.duckdb')}' AS written; CREATE TABLE written.t AS FROM t; DETACH written`);
  await query(`COPY t TO '${at('t.parquet')}' (FORMAT parquet)`);
  // As text: binary in hexadecimal, instants in UTC, special numbers in quotes.
  const text = `SELECT * REPLACE (hex(bin) AS bin, CAST(tz AT TIME ZONE 'UTC' AS VARCHAR) || 'Z' AS tz) FROM t`;
  await query(`COPY (${text}) TO '${at('t.csv')}' (FORMAT csv, HEADER true, FORCE_QUOTE (s), NULL 'nil')`);
  await query(`COPY (SELECT line FROM (${jsonLines()})) TO '${at('t.jsonl')}' (FORMAT csv, HEADER false, QUOTE '', DELIMITER e'\\x07')`);
  await server.database.run(
    `CREATE OR REPLACE TABLE "T" (${NAMES.map((name) => `"${name.toUpperCase()}" ${COLUMNS[name]?.stored}`).join(', ')})`,
  );
  const rows = await query(`SELECT ${NAMES.map((name) => `CAST(${name === 'bin' ? 'hex(bin)' : name} AS VARCHAR)`).join(', ')} FROM t`);
  for (let i = 0; i < rows.length; i += 100)
    await server.database.run(
      `INSERT INTO "T" ${rows
        .slice(i, i + 100)
        .map(asSelect)
        .join(' UNION ALL ')}`,
    );
}

function asSelect(row: readonly Json[]): string {
  const cells = row.map((cell, i) => {
    const name = NAMES[i] ?? '';
    if (cell === null) return 'NULL';
    const text = `'${String(cell).replaceAll("'", "''")}'`;
    return name === 'bin' ? `unhex(${text})` : `${text}::${COLUMNS[name]?.stored}`;
  });
  return `SELECT ${cells.join(', ')}`;
}

// Numbers as numbers, with all their digits: put together as text, because JSON functions go through doubles.
function jsonLines(): string {
  const members = NAMES.map((name) => {
    const isNumber = /^n/.test(name);
    const isText = name === 's' || name === 'f';
    let cell = `to_json(CAST(${name} AS VARCHAR))`;
    if (isNumber) cell = `regexp_replace(CAST(${name} AS VARCHAR), '^(-?)\\.', '\\10.')`;
    else if (name === 'b' || name === 'doc') cell = `CAST(${name} AS VARCHAR)`;
    else if (name === 'bin') cell = `to_json(hex(bin))`;
    else if (name === 'tz') cell = `to_json(CAST(tz AT TIME ZONE 'UTC' AS VARCHAR) || '+00:00')`;
    else if (isText) cell = `to_json(CAST(${name} AS VARCHAR))`;
    return `'"${name}": ' || coalesce(${cell}, 'null')`;
  });
  return `SELECT '{' || ${members.join(" || ', ' || ")} || '}' AS line FROM t`;
}

let attempts = 0;

/** Extracts and gives the Parquet file's schema and its rows in a fixed order, as exact text. */
async function extract(source: Source, table: string, format?: FileFormat): Promise<{ readonly schema: unknown; readonly rows: unknown }> {
  const columns = NAMES.map((name): SourceColumn => {
    const type = parseColumnType(COLUMNS[name]?.declared ?? '');
    if (type === undefined) throw new Error(name);
    return { name, type, source: table === 'T' ? name.toUpperCase() : name };
  });
  attempts += 1;
  const report = await source.extract(
    {
      dataset: parseDatasetName('bronze.t'),
      relation: { kind: 'table', table, ...(format === undefined ? {} : { format }) },
      columns,
      window: { kind: 'full' },
      day: logicalDate('2024-01-15'),
      prefix: 'bronze/year=2024/month=01/day=15/t/{attempt}',
    },
    { attempt: `attempt${attempts}`, signal: new AbortController().signal },
  );
  const files = report.files.map(({ key }) => `'${store().locate(key)}'`);
  const read = `read_parquet([${files.join(', ')}], hive_partitioning = false)`;
  const [first = ''] = files;
  const schema = await query(
    `SELECT name, type, type_length, repetition_type, converted_type, scale, precision, logical_type FROM parquet_schema(${first})`,
  );
  const texts = NAMES.map((name) => (name === 'bin' ? 'hex(bin)' : name === 'doc' ? 'json(doc)::VARCHAR' : `CAST(${name} AS VARCHAR)`));
  return { schema, rows: await query(`SELECT ${texts.join(', ')} FROM ${read} ORDER BY ALL`) };
}

async function expectAgreement(rows: number): Promise<void> {
  const local = { session, store: store(), clock: systemClock() };
  const files = filesSource({ folder: join(folder, 'in'), ...local });
  const snowflake = snowflakeSource({
    connection: { account: 'LOCAL', user: 'ETL', privateKey: { env: 'KEY' }, url: server.url, database: 'SHOP', schema: 'PUBLIC' },
    writer: duckdbParquetWriter({ session, store: store(), spoolRoot: join(folder, 'spool') }),
    secrets: { get: async () => KEYS.privateKeyPem },
    clock: systemClock(),
  });
  const expected = await extract(snowflake, 'T');
  expect(expected.rows).toHaveLength(rows);
  const csv: FileFormat = { kind: 'csv', delimiter: ',', header: true, nullText: 'nil' };
  expect(await extract(duckdbSource({ database: join(folder, 'in', 't.duckdb'), schema: 'main', ...local }), 't')).toEqual(expected);
  expect(await extract(files, 't.parquet', { kind: 'parquet' })).toEqual(expected);
  expect(await extract(files, 't.csv', csv)).toEqual(expected);
  expect(await extract(files, 't.jsonl', { kind: 'jsonl' })).toEqual(expected);
}

const selectRows = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) => `SELECT ${row.map((value, i) => `CAST(${value} AS ${COLUMNS[NAMES[i] ?? '']?.stored}) AS ${NAMES[i]}`).join(', ')}`)
    .join(' UNION ALL ');

describe('bronze is the same Parquet, through files, DuckDB and Snowflake', () => {
  it('for every type, its extremes and NULL', async () => {
    const longest = Math.max(...NAMES.map((name) => COLUMNS[name]?.values.length ?? 0));
    const rows = Array.from({ length: longest + 1 }, (_, i) => NAMES.map((name) => COLUMNS[name]?.values[i] ?? 'NULL'));
    await spread(selectRows(rows));
    await expectAgreement(rows.length);
  });

  it('for generated rows', async () => {
    const whole = (digits: number) => fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n });
    const exact = (digits: number, scale: number) =>
      whole(digits).map((n) => {
        const text = String(n < 0n ? -n : n).padStart(scale + 1, '0');
        return `'${n < 0n ? '-' : ''}${text.slice(0, text.length - scale)}${scale === 0 ? '' : `.${text.slice(-scale)}`}'`;
      });
    const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
    // Half a surrogate pair and the character 0 cannot be in any of the sources.
    const texts = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', ' '));
    // From the year 1 to the year 9999; the digits behind a negative number of seconds count backwards.
    const micros = fc.integer({ min: -62_135_596_799, max: 253_402_300_799 }).map((seconds) => `make_timestamp(${seconds}000123)`);
    const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
      n38: exact(38, 0),
      n38_10: exact(38, 10),
      n37_37: exact(37, 37),
      n18: exact(18, 0),
      n12_3: exact(12, 3),
      f: fc.double().map((n) => `'${Number.isFinite(n) ? n : String(n).replace('NaN', 'NaN')}'`),
      b: fc.boolean().map(String),
      s: texts.map(quote),
      d: micros.map((at) => `${at}::DATE`),
      t: micros.map((at) => `${at}::TIME`),
      ts: micros,
      tz: micros.map((at) => `(${at} AT TIME ZONE 'UTC')`),
      bin: fc.uint8Array({ maxLength: 8 }).map((bytes) => `unhex('${Buffer.from(bytes).toString('hex')}')`),
      doc: fc
        .jsonValue({ maxDepth: 2, noUnicodeString: true })
        .filter((value) => value !== null)
        .map((value) => quote(JSON.stringify(value))),
    };
    const row = fc.tuple(...NAMES.map((name) => fc.option(values[name] ?? fc.constant('NULL'), { nil: 'NULL', freq: 6 })));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        await spread(selectRows(rows));
        await expectAgreement(rows.length);
      }),
      { numRuns: 6 },
    );
  });
});
