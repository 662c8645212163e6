import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storedAttemptNotes } from '@snowmelt/core/pipeline';
import {
  type AttemptNotes,
  type ExtractReport,
  type ExtractRequest,
  logicalDate,
  type ParquetWriter,
  parseColumnType,
  parseDatasetName,
  type Source,
  type SourceColumn,
} from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import fc from 'fast-check';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const KEYS = generateKeyPair();

let folder = '';
let server: RunningServer;
let session: DuckdbSession;
let attempts = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-transports-'));
  const users = [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }];
  server = await startServer({ users, rowsPerPartition: 7, stages: { LAKE: join(folder, 'stage') } });
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
});

afterAll(async () => {
  session.close();
  await server.close();
  await rm(folder, { recursive: true });
});

afterEach(() => server.faults.clear());

const store = () => fsObjectStore({ root: join(folder, 'lake') });
const parquetWriter = () => duckdbParquetWriter({ session, store: store(), spoolRoot: join(folder, 'spool') });

function openSource(
  options: { readonly writer?: ParquetWriter; readonly attempts?: AttemptNotes; readonly fileBytes?: number } = {},
  limits: { readonly fileMegabytes?: number; readonly maxFetches?: number } = {},
): Source {
  return snowflakeSource({
    connection: {
      account: 'LOCAL',
      user: 'ETL',
      privateKey: { env: 'KEY' },
      url: server.url,
      database: 'SHOP',
      schema: 'PUBLIC',
      stage: { name: 'LAKE', url: pathToFileURL(join(folder, 'stage')).href },
      ...limits,
    },
    writer: parquetWriter(),
    secrets: { get: async () => KEYS.privateKeyPem },
    // Waits are what these tests would spend their time on.
    clock: { ...systemClock(), sleep: (ms, signal) => systemClock().sleep(Math.min(ms, 2), signal) },
    idleTimeoutMs: 2000,
    ...options,
  });
}

type Options = Partial<Omit<SourceColumn, 'name' | 'type'>>;

function column(name: string, text: string, options: Options = {}): SourceColumn {
  const type = parseColumnType(text);
  if (type === undefined) throw new Error(`no type: ${text}`);
  return { name, source: name.toUpperCase(), type, ...options };
}

function extract(
  from: string,
  columns: readonly SourceColumn[],
  transport: 'raw' | 'unload' | 'rows' | 'auto',
  source = openSource(),
): Promise<ExtractReport> {
  const request: ExtractRequest = {
    dataset: parseDatasetName('bronze.orders'),
    relation: from.includes(' ') ? { kind: 'query', sql: from } : { kind: 'table', table: from },
    columns,
    window: { kind: 'full' },
    transport,
    day: logicalDate('2024-01-15'),
    prefix: 'bronze/year=2024/month=01/day=15/orders/{attempt}',
  };
  return source.extract(request, { attempt: `attempt-${attempts++}`, signal: new AbortController().signal });
}

async function query(sql: string): Promise<readonly unknown[]> {
  const connection = await session.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

const relationOf = ({ files }: ExtractReport) =>
  `read_parquet([${files.map(({ key }) => `'${join(folder, 'lake', key)}'`).join(', ')}], hive_partitioning = false)`;

/** The columns and the number of rows that only one of both has. */
async function compare(a: ExtractReport, b: ExtractReport): Promise<unknown> {
  if (a.files.length === 0 || b.files.length === 0) return { schemas: [], differences: a.rows - b.rows };
  const schemas = await Promise.all([a, b].map((report) => query(`DESCRIBE SELECT * FROM ${relationOf(report)}`)));
  const [only] = await query(`SELECT count(*) AS n FROM (
    (SELECT * FROM ${relationOf(a)} EXCEPT ALL SELECT * FROM ${relationOf(b)}) UNION ALL
    (SELECT * FROM ${relationOf(b)} EXCEPT ALL SELECT * FROM ${relationOf(a)}))`);
  expect(schemas[0]).toEqual(schemas[1]);
  return { schemas: schemas[0], differences: Number((only as { n: string }).n) };
}

const integer = (digits: number) => fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n });
const scaled = (digits: number, scale: number) =>
  integer(digits).map((value) => {
    const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
    return `${value < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
  });
const pad = (value: number, width: number) => String(value).padStart(width, '0');
const microseconds = fc.constantFrom(0, 1, 999_999, 500_000).map((value) => pad(value, 6));
const day = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
const dayText = (value: Date) => value.toISOString().slice(0, 10);
const instant = fc
  .tuple(
    fc.oneof(day, fc.constantFrom(new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z'), new Date(0), new Date(-1))),
    microseconds,
  )
  .map(([value, fraction]) => `${value.toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const unicode = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'NULL', 'null', '\\', '"', "'", '\n', '🛒é', '\u{10ffff}'),
);

/** Every type: its column in the source, how it is declared, and values as DuckDB's SQL writes them. */
const TYPES: readonly {
  readonly name: string;
  readonly ddl: string;
  readonly declared: string;
  readonly options?: Options;
  readonly value: fc.Arbitrary<string>;
}[] = [
  {
    name: 'big',
    ddl: 'DECIMAL(38,0)',
    declared: 'NUMBER(38,0)',
    value: fc.oneof(integer(38), integer(3)).map((value) => `'${value}'::DECIMAL(38,0)`),
  },
  { name: 'wide', ddl: 'DECIMAL(38,37)', declared: 'NUMBER(38,37)', value: scaled(38, 37).map((text) => `'${text}'::DECIMAL(38,37)`) },
  { name: 'mid', ddl: 'DECIMAL(30,10)', declared: 'NUMBER(30,10)', value: scaled(30, 10).map((text) => `'${text}'::DECIMAL(30,10)`) },
  { name: 'small', ddl: 'DECIMAL(18,0)', declared: 'NUMBER(18,0)', value: integer(18).map(String) },
  { name: 'price', ddl: 'DECIMAL(12,2)', declared: 'NUMBER(14,3)', value: scaled(12, 2) },
  {
    name: 'ratio',
    ddl: 'DOUBLE',
    declared: 'FLOAT',
    value: fc
      .oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0))
      .map((value) => `'${value}'::DOUBLE`),
  },
  { name: 'ok', ddl: 'BOOLEAN', declared: 'BOOLEAN', value: fc.boolean().map(String) },
  { name: 'label', ddl: 'VARCHAR', declared: 'VARCHAR', value: unicode.map((text) => quoted(text.replaceAll('\0', ''))) },
  {
    name: 'd',
    ddl: 'DATE',
    declared: 'DATE',
    value: fc.oneof(day.map(dayText), fc.constantFrom('0001-01-01', '9999-12-31')).map((text) => `DATE '${text}'`),
  },
  {
    name: 't',
    ddl: 'TIME',
    declared: 'TIME',
    value: fc
      .tuple(fc.integer({ min: 0, max: 86_399 }), microseconds)
      .map(([s, fraction]) => `TIME '${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}.${fraction}'`),
  },
  { name: 'ts', ddl: 'TIMESTAMP', declared: 'TIMESTAMP_NTZ', value: instant.map((text) => `TIMESTAMP '${text}'`) },
  { name: 'ltz', ddl: 'TIMESTAMPTZ', declared: 'TIMESTAMP_NTZ', value: instant.map((text) => `'${text}+00'::TIMESTAMPTZ`) },
  {
    name: 'ns',
    ddl: 'TIMESTAMP_NS',
    declared: 'NUMBER(18,0)',
    options: { nanoseconds: 'epoch' },
    value: fc.bigInt({ min: -9_000_000_000_000_000_000n, max: 9_000_000_000_000_000_000n }).map((value) => `make_timestamp_ns(${value})`),
  },
  {
    name: 'cut',
    ddl: 'TIMESTAMP_NS',
    declared: 'TIMESTAMP_NTZ',
    options: { nanoseconds: 'truncate' },
    value: fc.bigInt({ min: 0n, max: 9_000_000_000_000_000_000n }).map((value) => `make_timestamp_ns(${value})`),
  },
  {
    name: 'bin',
    ddl: 'BLOB',
    declared: 'BINARY',
    value: fc.uint8Array({ maxLength: 8 }).map((bytes) => `unhex('${Buffer.from(bytes).toString('hex')}')`),
  },
  {
    name: 'doc',
    ddl: 'JSON',
    declared: 'VARIANT',
    value: fc.json({ maxDepth: 2 }).map((text) => `${quoted(text.replaceAll(/\\u0000/g, ''))}::JSON`),
  },
];

/** What a value of the source has to be in the lake, where it is not itself. JSON is compared between transports only: its text is the server's. */
const IN_THE_LAKE: Readonly<Record<string, (value: string) => string>> = {
  price: (value) => `CAST(${value} AS DECIMAL(14,3))`,
  ltz: (value) => `timezone('UTC', ${value})`,
  ns: (value) => `epoch_ns(${value})`,
  cut: (value) => `CAST(${value} AS TIMESTAMP)`,
  doc: () => 'NULL',
};

/** The number of rows that differ between what was inserted and what arrived. */
async function differencesFrom(rows: readonly (readonly string[])[], report: ExtractReport): Promise<number> {
  if (rows.length === 0) return report.rows;
  const expected = rows.map((cells) => {
    const values = TYPES.map(({ name, ddl }, i) => {
      const value = `CAST(${cells[i]} AS ${ddl})`;
      return `${IN_THE_LAKE[name]?.(value) ?? value} AS ${name}`;
    });
    return `SELECT ${values.join(', ')}`;
  });
  const arrived = `SELECT * REPLACE (NULL AS doc) FROM ${relationOf(report)}`;
  const [only] = await query(`WITH e AS (${expected.join(' UNION ALL ')}), a AS (${arrived})
    SELECT count(*) AS n FROM ((FROM e EXCEPT ALL FROM a) UNION ALL (FROM a EXCEPT ALL FROM e))`);
  return Number((only as { n: string }).n);
}

const COLUMNS = TYPES.map(({ name, declared, options }) => column(name, declared, options));

describe('transports agree', () => {
  it('cell by cell on rows of every type, extremes and NULL included', { timeout: 120_000 }, async () => {
    const row = fc.tuple(
      ...TYPES.map(({ value }) => fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant('NULL') })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 0, maxLength: 25 }), async (rows) => {
        await server.database.run(
          `CREATE OR REPLACE TABLE "ALL_TYPES" (${TYPES.map(({ name, ddl }) => `"${name.toUpperCase()}" ${ddl}`).join(', ')})`,
        );
        if (rows.length > 0)
          await server.database.run(`INSERT INTO "ALL_TYPES" VALUES ${rows.map((cells) => `(${cells.join(', ')})`).join(', ')}`);
        const raw = await extract('ALL_TYPES', COLUMNS, 'raw');
        const unloaded = await extract('ALL_TYPES', COLUMNS, 'unload');
        expect([raw.rows, unloaded.rows, raw.transport, unloaded.transport]).toEqual([rows.length, rows.length, 'raw', 'unload']);
        expect(unloaded.choices).toEqual([{ column: 'cut', choice: 'nanoseconds-truncated' }]);
        expect(unloaded.choices).toEqual(raw.choices);
        expect(await compare(raw, unloaded)).toMatchObject({ differences: 0 });
        const looked = await extract('ALL_TYPES', COLUMNS, 'rows');
        expect(looked).toMatchObject({ rows: rows.length, transport: 'rows', choices: raw.choices });
        expect(await compare(raw, looked)).toMatchObject({ differences: 0 });
        expect(await differencesFrom(rows, unloaded)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('on what they refuse: a digit that nobody gave up', async () => {
    await server.database.run(
      `CREATE OR REPLACE TABLE "FINE" ("AT" TIMESTAMP_NS); INSERT INTO "FINE" VALUES (make_timestamp_ns(1000)), (make_timestamp_ns(1001))`,
    );
    for (const transport of ['raw', 'unload', 'rows'] as const) {
      const failure = extract('FINE', [column('at', 'TIMESTAMP_NTZ')], transport);
      await expect(failure).rejects.toMatchObject({ code: 'source/value-does-not-fit', at: { field: 'at' } });
    }
  });
});

/** Notes that stay when the process dies: nothing is cleared any more. */
const mortal = (notes: AttemptNotes): AttemptNotes => ({ ...notes, clear: async () => {} });

describe('an attempt that was killed', () => {
  const MANY = [column('id', 'BIGINT'), column('label', 'VARCHAR')];
  const statements = () => server.faults.requests().filter(({ method, path }) => method === 'POST' && !path.includes('/cancel')).length;

  beforeAll(async () => {
    await server.database.run(
      `CREATE OR REPLACE TABLE "KILLED" AS SELECT i::DECIMAL(18,0) AS "ID", 'row ' || i AS "LABEL" FROM range(100) r(i)`,
    );
  });

  it('while it unloaded is taken up: the statement does not run again', async () => {
    const notes = storedAttemptNotes(store());
    const dying: ParquetWriter = {
      ...parquetWriter(),
      land: async () => {
        throw new Error('killed');
      },
    };
    await expect(extract('KILLED', MANY, 'unload', openSource({ writer: dying, attempts: mortal(notes) }))).rejects.toThrow('killed');
    const before = statements();
    const report = await extract('KILLED', MANY, 'unload', openSource({ attempts: notes }));
    expect(report.rows).toBe(100);
    // Only the description of the table was asked for anew.
    expect(statements() - before).toBe(1);
    expect(await compare(report, await extract('KILLED', MANY, 'raw'))).toMatchObject({ differences: 0 });
    expect(await store().list('artifacts/logs/attempts/')).toEqual([]);
  });

  it('while it fetched is taken up: finished files are kept, and the statement does not run again', async () => {
    const notes = storedAttemptNotes(store());
    const real = parquetWriter();
    let written = 0;
    const dying: ParquetWriter = {
      ...real,
      write: async (request, signal) => {
        if (written++ === 2) throw new Error('killed');
        return await real.write(request, signal);
      },
    };
    const small = (writer: ParquetWriter, attempts: AttemptNotes) => openSource({ writer, attempts, fileBytes: 300 });
    await expect(extract('KILLED', MANY, 'raw', small(dying, mortal(notes)))).rejects.toThrow('killed');
    const before = statements();
    const names: string[] = [];
    const watching: ParquetWriter = {
      ...real,
      write: async (request, signal) => {
        names.push(request.name);
        return await real.write(request, signal);
      },
    };
    const report = await extract('KILLED', MANY, 'raw', small(watching, notes));
    expect(report.rows).toBe(100);
    expect(statements() - before).toBe(1);
    expect(names).not.toContain('part-00000');
    expect(names).not.toContain('part-00001');
    expect(names).toContain('part-00002');
    const folders = new Set(report.files.map(({ key }) => key.slice(0, key.lastIndexOf('/'))));
    expect(folders.size).toBe(1);
    expect(await compare(report, await extract('KILLED', MANY, 'unload'))).toMatchObject({ differences: 0 });
  });

  it('is forgotten when Snowflake no longer has its statement, or its note is of another query', async () => {
    const notes = storedAttemptNotes(store());
    const stale: AttemptNotes = {
      ...notes,
      read: async () => {
        const note = { sql: 'SELECT 1', handle: 'gone', transport: 'raw', files: {} };
        return JSON.stringify({ startedAt: Date.now(), note });
      },
    };
    expect(await extract('KILLED', MANY, 'auto', openSource({ attempts: stale }))).toMatchObject({ rows: 100, transport: 'raw' });
    const broken = { ...notes, read: async () => '{"half' };
    expect(await extract('KILLED', MANY, 'raw', openSource({ attempts: broken }))).toMatchObject({ rows: 100 });
  });
});

describe('the choice of a transport', () => {
  it('goes by what the source says of the table', async () => {
    await server.database.run(`CREATE OR REPLACE TABLE "LITTLE" AS SELECT 1::DECIMAL(18,0) AS "ID"`);
    await server.database.run(`CREATE OR REPLACE VIEW "SEEN" AS SELECT * FROM "LITTLE"`);
    const id = [column('id', 'BIGINT')];
    expect(await extract('LITTLE', id, 'auto')).toMatchObject({ rows: 1, transport: 'raw' });
    expect(await extract('SEEN', id, 'auto')).toMatchObject({ rows: 1, transport: 'unload' });
    expect(await extract('SELECT id FROM little', id, 'auto')).toMatchObject({ rows: 1, transport: 'unload' });
  });
});

describe('transport rows', () => {
  it('refuses what is no look-up, before it fetches more than the first part', async () => {
    await server.database.run(`CREATE OR REPLACE TABLE "MANY" AS SELECT i::DECIMAL(18,0) AS "ID" FROM range(10001) r(i)`);
    const failure = extract('MANY', [column('id', 'BIGINT')], 'rows');
    await expect(failure).rejects.toMatchObject({ code: 'source/too-many-rows', message: expect.stringContaining('10001') });
    const kept = await extract('SELECT * FROM many LIMIT 100', [column('id', 'BIGINT')], 'rows');
    expect(kept).toMatchObject({ rows: 100, transport: 'rows' });
    expect(kept.files).toHaveLength(1);
  });
});

describe('the limits of a source', () => {
  const id = [column('id', 'BIGINT')];
  beforeAll(() => server.database.run(`CREATE OR REPLACE TABLE "LIMITED" AS SELECT i::DECIMAL(18,0) AS "ID" FROM range(30) r(i)`));

  it('go to the unload, whose files are as large as declared', async () => {
    const asked = server.faults.add({ kind: 'slow', ms: 0, match: { body: 'MAX_FILE_SIZE = 3145728' } });
    expect(await extract('LIMITED', id, 'unload', openSource({}, { fileMegabytes: 3 }))).toMatchObject({ rows: 30 });
    expect(asked.hits()).toBe(1);
  });

  it.each([
    [1, ['1', '1', '2', '3', '4']],
    [4, ['1', '2', '3', '4', '1']],
  ])('let %s parts of a result be fetched at once', async (maxFetches, order) => {
    server.faults.forgetRequests();
    // The first part does not come before it is asked for again.
    server.faults.add({ kind: 'hang', match: { path: 'partition=1' } });
    expect(await extract('LIMITED', id, 'raw', openSource({}, { maxFetches }))).toMatchObject({ rows: 30 });
    expect(server.faults.requests().flatMap(({ path }) => /partition=(\d+)/.exec(path)?.[1] ?? [])).toEqual(order);
  });
});

describe('a fault at any request', () => {
  const FAULTY = [column('id', 'BIGINT'), column('at', 'TIMESTAMP_NTZ')];
  const KINDS = [
    { kind: 'status', status: 429, retryAfterSeconds: 0 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 403 },
    { kind: 'status', status: 503, after: true },
    { kind: 'expired-token' },
    { kind: 'pending' },
    { kind: 'drop' },
    { kind: 'drop', after: true },
    { kind: 'truncate' },
    { kind: 'wrong-gzip' },
  ] as const;

  beforeAll(async () => {
    await server.database.run(`CREATE OR REPLACE TABLE "FAULTY" AS
      SELECT i::DECIMAL(18,0) AS "ID", TIMESTAMP '2024-01-01' + to_seconds(i) AS "AT" FROM range(30) r(i)`);
  });

  it.each(['raw', 'unload', 'rows'] as const)(
    '%s: the extraction ends right, or the next one does',
    { timeout: 120_000 },
    async (transport) => {
      const before = server.faults.requests().length;
      await extract('FAULTY', FAULTY, transport);
      const requests = server.faults.requests().length - before;
      expect(requests).toBeGreaterThan(3);
      for (const fault of KINDS) {
        for (let nth = 1; nth <= requests; nth++) {
          server.faults.clear();
          server.faults.add({ ...fault, match: { nth } });
          const source = openSource();
          const first = await extract('FAULTY', FAULTY, transport, source).catch((error: unknown) => error);
          const report = first instanceof Error ? await extract('FAULTY', FAULTY, transport, source) : (first as ExtractReport);
          if (first instanceof Error) expect(first).toMatchObject({ code: expect.stringMatching(/^source\//) });
          const [sum] = await query(`SELECT count(*)::INTEGER AS n, sum(id)::INTEGER AS s FROM ${relationOf(report)}`);
          expect({ fault, nth, ...(sum as object) }).toEqual({ fault, nth, n: 30, s: 435 });
        }
      }
    },
  );
});
