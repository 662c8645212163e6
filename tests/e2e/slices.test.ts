import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storedAttemptNotes } from '@snowmelt/core/pipeline';
import {
  type ExtractReport,
  type ExtractRequest,
  logicalDate,
  type ParquetWriter,
  parseColumnType,
  parseDatasetName,
  type Slices,
  type Source,
  type SourceColumn,
  sqlText,
} from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { type SnowflakeSourceOptions, snowflakeSource } from '@snowmelt/snowflake';
import fc from 'fast-check';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, oneSecret } from '../../packages/snowflake/test-support/fakes.ts';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { type Ended, jsonLines, snowmelt } from './run-snowmelt.ts';

const KEYS = generateKeyPair();
const SIGNAL = new AbortController().signal;

let folder = '';
let server: RunningServer;
let session: DuckdbSession;
let attempts = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-slices-'));
  const users = [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }];
  server = await startServer({ users, rowsPerPartition: 5, stages: { LAKE: join(folder, 'stage') } });
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
});

afterAll(async () => {
  session.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const store = () => fsObjectStore({ root: join(folder, 'lake') });
const parquetWriter = () => duckdbParquetWriter({ session, store: store(), spoolRoot: join(folder, 'spool') });

/** Runs Snowflake's SQL as another client does. */
async function statement(sql: string): Promise<void> {
  const client = clientFor(server.url, { connection: { account: 'LOCAL', user: 'ETL' }, secrets: oneSecret(KEYS.privateKeyPem) });
  await client.query(sqlText(sql), { attempt: 'other', signal: SIGNAL });
}

/** A source whose table is changed by somebody each time that files are about to be written. */
function openSource(change: () => Promise<void>, maxStatements?: number, more: Partial<SnowflakeSourceOptions> = {}): Source {
  const writer: ParquetWriter = {
    ...parquetWriter(),
    write: async (request, signal) => {
      await change();
      return await parquetWriter().write(request, signal);
    },
    land: async (request, signal) => {
      await change();
      return await parquetWriter().land(request, signal);
    },
  };
  return snowflakeSource({
    connection: {
      account: 'LOCAL',
      user: 'ETL',
      privateKey: { env: 'KEY' },
      url: server.url,
      database: 'SHOP',
      schema: 'PUBLIC',
      stage: { name: 'LAKE', url: pathToFileURL(join(folder, 'stage')).href },
      ...(maxStatements === undefined ? {} : { maxStatements }),
    },
    writer,
    secrets: { get: async () => KEYS.privateKeyPem },
    clock: { ...systemClock(), sleep: (ms, signal) => systemClock().sleep(Math.min(ms, 2), signal) },
    ...more,
  });
}

function column(name: string, text: string): SourceColumn {
  const type = parseColumnType(text);
  if (type === undefined) throw new Error(`no type: ${text}`);
  return { name, source: name.toUpperCase(), type };
}

const COLUMNS = [column('id', 'NUMBER(18,0)'), column('label', 'VARCHAR'), column('amount', 'FLOAT')];

function requestFor(table: string, slices: Slices | undefined, more: Partial<ExtractRequest> = {}): ExtractRequest {
  return {
    dataset: parseDatasetName('bronze.orders'),
    relation: { kind: 'table', table },
    columns: COLUMNS,
    window: { kind: 'full' },
    transport: 'raw',
    day: logicalDate('2024-01-15'),
    prefix: 'bronze/year=2024/month=01/day=15/orders/{attempt}',
    ...(slices === undefined ? {} : { slices }),
    ...more,
  };
}

const call = () => ({ attempt: `attempt-${attempts++}`, signal: SIGNAL });

/** All rows of the files, as text, in an order of their own. */
async function rowsOf({ files }: ExtractReport): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const connection = await session.connect();
  try {
    const paths = files.map(({ key }) => `'${join(folder, 'lake', key)}'`).join(', ');
    const read = await connection.runAndReadAll(`SELECT * FROM read_parquet([${paths}], hive_partitioning = false)`);
    return read
      .getRowsJson()
      .map((row) => JSON.stringify(row))
      .sort();
  } finally {
    connection.closeSync();
  }
}

const cell = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });
const row = fc.tuple(
  cell(fc.integer({ min: -9, max: 9 })),
  cell(fc.constantFrom('', 'a', 'é', 'NULL')),
  cell(fc.constantFrom(0, -1.5, 1e300)),
);
const literal = (value: string | number | null) => (typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL'));

describe('slices of a table that changes while it is read', () => {
  it.each(['raw', 'chunks', 'unload'] as const)(
    'are together the table as it was, with transport %s',
    { timeout: 120_000 },
    async (transport) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { maxLength: 40 }),
          fc.integer({ min: 2, max: 7 }),
          fc.constantFrom([], ['id'], ['label', 'id']),
          fc.constantFrom(1, 3, 8),
          async (rows, count, by, maxStatements) => {
            await statement('CREATE OR REPLACE TABLE T (ID NUMBER(18,0), LABEL VARCHAR, AMOUNT FLOAT)');
            const values = rows.map((cells) => `(${cells.map(literal).join(', ')})`).join(', ');
            if (rows.length > 0) await statement(`INSERT INTO T VALUES ${values}`);
            const unsliced = await openSource(async () => undefined).extract(requestFor('T', undefined, { transport }), call());
            let changes = 0;
            const source = openSource(async () => {
              changes += 1;
              await statement(`UPDATE T SET ID = COALESCE(ID, 0) + 1, LABEL = 'changed' WHERE ID IS NULL OR MOD(ID, 2) = 0`);
              await statement(`INSERT INTO T VALUES (${changes}, 'new', NULL), (NULL, NULL, NULL)`);
            }, maxStatements);
            const request = requestFor('T', { count, by }, { transport, reconcile: 'hash' });
            const sliced = await source.extract(request, call());
            expect(sliced.rows).toBe(rows.length);
            expect(await rowsOf(sliced)).toEqual(await rowsOf(unsliced));
            expect(new Set(sliced.files.map(({ key }) => key)).size).toBe(sliced.files.length);
            expect(sliced.statements).toHaveLength(count + 1);
            expect(changes).toBeGreaterThan(rows.length > 0 ? 0 : -1);
            const { reference, window: ends } = sliced;
            if (reference?.kind !== 'instant') throw new Error('The table cannot be seen again.');
            const { dataset, relation, columns, window } = request;
            const digest = { dataset, relation, columns, arrived: columns, window, ends, level: 'count', references: [reference] } as const;
            expect((await source.digest(digest, call())).groups[0]?.rows ?? 0).toBe(rows.length);
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it('are all of them used, in one batch', async () => {
    await statement('CREATE OR REPLACE TABLE MANY AS SELECT ID, LABEL, AMOUNT FROM T WHERE FALSE');
    await statement(`INSERT INTO MANY VALUES ${Array.from({ length: 200 }, (_, i) => `(${i}, 'x', ${i}.5)`).join(', ')}`);
    const report = await openSource(async () => undefined).extract(requestFor('MANY', { count: 4, by: ['id'] }), call());
    const names = report.files.map(({ key }) => key.slice(key.lastIndexOf('/') + 1));
    expect(names).toEqual([0, 1, 2, 3].map((slice) => `slice-0${slice}-00000.parquet`));
    // A hash that puts (nearly) everything into one slice would pass for a partition, too.
    for (const { rows } of report.files) expect(rows).toBeGreaterThan(25);
  });
});

describe('a sliced extraction that was killed', () => {
  it.each(['raw', 'unload'] as const)('is taken up at the same instant, with transport %s', { timeout: 30_000 }, async (transport) => {
    await statement('CREATE OR REPLACE TABLE KILLED (ID NUMBER(18,0), LABEL VARCHAR, AMOUNT FLOAT)');
    await statement(`INSERT INTO KILLED VALUES ${Array.from({ length: 120 }, (_, i) => `(${i}, 'x', ${i}.5)`).join(', ')}`);
    const before = await openSource(async () => undefined).extract(requestFor('KILLED', undefined, { transport }), call());
    const notes = storedAttemptNotes(store());
    const request = requestFor('KILLED', { count: 3, by: ['id'] }, { transport, reconcile: 'hash' });
    let writes = 0;
    // About two files of each slice's text; the process dies in the middle of the second.
    const dies = async () => {
      writes += 1;
      if (writes === (transport === 'raw' ? 5 : 2)) throw new Error('killed');
    };
    const dying = openSource(dies, 1, { attempts: { ...notes, clear: async () => undefined }, fileBytes: 400 });
    await expect(dying.extract(request, call())).rejects.toThrow('killed');
    await statement("UPDATE KILLED SET LABEL = 'changed', ID = ID + 7");
    const [sent, written] = [server.faults.requests().length, writes];
    let more = 0;
    const next = openSource(
      async () => {
        more += 1;
      },
      1,
      { attempts: notes, fileBytes: 400 },
    );
    const report = await next.extract(request, call());
    expect(await rowsOf(report)).toEqual(await rowsOf(before));
    // The columns, the rows at that instant, and the third slice alone were asked for anew.
    const posts = server.faults
      .requests()
      .slice(sent)
      .filter(({ method, path }) => method === 'POST' && !path.includes('/cancel'));
    expect(posts).toHaveLength(3);
    expect(more).toBe(report.files.length - (written - 1));
    expect(new Set(report.files.map(({ key }) => key.slice(0, key.lastIndexOf('/')))).size).toBe(1);
    expect(await store().list('artifacts/logs/attempts/')).toEqual([]);
  });
});

it('a sliced extraction that was killed begins again when its table was made anew', async () => {
  const make = (rows: string) => statement(`CREATE OR REPLACE TABLE ANEW AS SELECT * FROM (VALUES ${rows}) AS V (ID, LABEL, AMOUNT)`);
  await make("(1, 'a', 1.5), (2, 'b', 2.5)");
  const notes = storedAttemptNotes(store());
  const dies = () => Promise.reject(new Error('killed'));
  const request = requestFor('ANEW', { count: 2, by: ['id'] });
  await expect(openSource(dies, 1, { attempts: { ...notes, clear: async () => undefined } }).extract(request, call())).rejects.toThrow(
    'killed',
  );
  await make("(3, 'c', 3.5)");
  expect(await openSource(async () => undefined, 1, { attempts: notes }).extract(request, call())).toMatchObject({ rows: 1 });
});

it('where changes are to be followed, a first read that was killed begins again: rows are not older than the end of its window', async () => {
  await statement('CREATE OR REPLACE TABLE FOLLOWED (ID NUMBER(18,0), LABEL VARCHAR, AMOUNT FLOAT)');
  await statement("INSERT INTO FOLLOWED VALUES (1, 'a', 1.5), (2, 'b', 2.5)");
  const notes = storedAttemptNotes(store());
  const dies = () => Promise.reject(new Error('killed'));
  const request = requestFor(
    'FOLLOWED',
    { count: 2, by: ['id'] },
    {
      window: { kind: 'changes', until: '2999-01-01T00:00:00Z', lagSeconds: 0, onGap: 'reextract' },
      changelog: { key: ['id'], listKeys: false },
    },
  );
  await expect(openSource(dies, 1, { attempts: { ...notes, clear: async () => undefined } }).extract(request, call())).rejects.toThrow(
    'killed',
  );
  await statement("INSERT INTO FOLLOWED VALUES (3, 'c', 3.5)");
  const report = await openSource(async () => undefined, 1, { attempts: notes }).extract(request, call());
  expect(report).toMatchObject({ rows: 3, announcement: { kind: 'untracked' } });
});

describe('a table without retention that changes', () => {
  const GONE = { code: 'source/history-unavailable', hint: expect.stringContaining('remove `slices`'), at: { dataset: 'bronze.orders' } };
  const sliced = () => requestFor('FORGETS', { count: 2, by: ['id'] });
  const changeBefore = (body: RegExp) => server.faults.add({ kind: 'late-commit', sql: 'UPDATE FORGETS SET ID = ID + 1', match: { body } });

  beforeAll(async () => {
    await statement('CREATE OR REPLACE TABLE FORGETS (ID NUMBER(18,0), LABEL VARCHAR, AMOUNT FLOAT) DATA_RETENTION_TIME_IN_DAYS = 0');
    await statement("INSERT INTO FORGETS VALUES (1, 'a', 1), (2, 'b', 2)");
  });
  afterEach(() => server.faults.clear());

  it.each([
    ['before its rows are counted', /COUNT/],
    ['before its first slice', /HASH/],
  ])('%s is refused with what to do: it cannot be seen as of one instant', async (_, body) => {
    changeBefore(body);
    await expect(openSource(async () => undefined).extract(sliced(), call())).rejects.toMatchObject(GONE);
  });

  it('between two slices is refused, too', async () => {
    const source = openSource(() => statement('UPDATE FORGETS SET ID = ID + 1'), 1);
    await expect(source.extract(sliced(), call())).rejects.toMatchObject(GONE);
  });

  it('is unloaded by one statement, which needs no history', async () => {
    changeBefore(/SELECT 1 FROM/);
    const request = requestFor('FORGETS', undefined, { transport: 'unload', reconcile: 'hash' });
    const report = await openSource(async () => undefined).extract(request, call());
    expect(report).toMatchObject({ rows: 2 });
    expect(report).not.toHaveProperty('reference');
  });
});

describe('a project that reads in slices', () => {
  let project: TestProject;
  const run = (...argv: string[]): Promise<Ended> => snowmelt([...argv, '--project', project.folder], { env: project.env });
  const inSlices = (more: string) => SMALL_PIPELINE['snowmelt.config.ts']?.replace("key: ['id'],", `key: ['id'], ${more},`) ?? '';

  beforeAll(async () => {
    project = await openTestProject({ ...SMALL_PIPELINE, 'snowmelt.config.ts': inSlices('slices: 3') });
    await fillSmallSource(project.server);
  }, 60_000);
  afterAll(() => project.close());

  it('says so before, brings one batch a day, and proves it by the table itself', { timeout: 60_000 }, async () => {
    const planned = await run('plan', '--date', '2026-01-02');
    expect(planned.out).toContain('transport raw, in 3 slices, compared by hash');
    expect(await run('run', '--date', '2026-01-02')).toMatchObject({ code: 0 });
    expect(await run('run', '--date', '2026-01-03')).toMatchObject({ code: 0 });
    const sales = await run('query', 'SELECT sale_date, orders, sales FROM gold.daily_sales ORDER BY ALL', '--json');
    expect(jsonLines(sales.out).map(({ orders, sales: sum }) => [Number(orders), String(sum)])).toEqual([
      [3, '81.75'],
      [1, '40.00'],
      [1, '60.00'],
    ]);
    const shown = await run('show', 'bronze.orders');
    expect(shown.out.match(/reconciled: hash of 4 columns/g)).toHaveLength(2);
    const again = await run('reconcile', 'bronze.orders', '--from', '2026-01-01', '--json');
    expect(jsonLines(again.out).map(({ day, verdict, reference, lake }) => [day, verdict, reference, lake])).toEqual([
      ['2026-01-02', 'same', 'instant', expect.objectContaining({ rows: 5 })],
      ['2026-01-03', 'same', 'instant', expect.objectContaining({ rows: 2 })],
    ]);
  });

  it('goes on where it was when it is read in other slices', { timeout: 60_000 }, async () => {
    await project.write('snowmelt.config.ts', inSlices('slices: 2'));
    expect((await run('plan', '--date', '2026-01-03')).out).toContain('Nothing to do');
  });

  it('is refused where nothing can be sliced', async () => {
    await project.write('snowmelt.config.ts', inSlices("slices: 2, transport: 'rows'"));
    const refused = await run('plan');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toMatch(/error\[config\/invalid\].*Transport rows is for look-ups/);
  });
});
