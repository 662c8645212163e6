import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Graph, readTable, runPipeline } from '@snowmelt/core/pipeline';
import {
  type DataFile,
  type DigestGroup,
  type ExtractReport,
  type ExtractRequest,
  logicalDate,
  type ParquetWriter,
  parseDatasetName,
  type RowsReference,
  type Source,
  type SourceColumn,
} from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbDigests, duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import { recordingHost } from '@snowmelt/testkit';
import fc from 'fast-check';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_TYPE, everyRow } from './every-type.ts';

const KEYS = generateKeyPair();
const SIGNAL = new AbortController().signal;

let folder = '';
let server: RunningServer;
let session: DuckdbSession;
let source: Source;
let attempts = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-reconcile-'));
  const users = [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }];
  server = await startServer({ users, rowsPerPartition: 50, stages: { LAKE: join(folder, 'stage') } });
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
  source = openSource(duckdbParquetWriter({ session, store: store(), spoolRoot: join(folder, 'spool') }));
});

function openSource(writer: ParquetWriter): Source {
  const connection = { account: 'LOCAL', user: 'ETL', privateKey: { env: 'KEY' }, url: server.url, database: 'SHOP', schema: 'PUBLIC' };
  return snowflakeSource({
    connection: { ...connection, stage: { name: 'LAKE', url: pathToFileURL(join(folder, 'stage')).href } },
    writer,
    secrets: { get: async () => KEYS.privateKeyPem },
    clock: { ...systemClock(), sleep: (ms, signal) => systemClock().sleep(Math.min(ms, 2), signal) },
  });
}

afterAll(async () => {
  session.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const store = () => fsObjectStore({ root: join(folder, 'lake') });
const digests = () => duckdbDigests({ session, store: store() });

function requestFor(table: string, columns: readonly SourceColumn[], transport: 'raw' | 'unload'): ExtractRequest {
  return {
    dataset: parseDatasetName('bronze.orders'),
    relation: table.includes(' ') ? { kind: 'query', sql: table } : { kind: 'table', table },
    columns,
    window: { kind: 'full' },
    transport,
    reconcile: 'hash',
    day: logicalDate('2024-01-15'),
    prefix: 'bronze/orders/{attempt}',
  };
}

const call = () => ({ attempt: `attempt-${attempts++}`, signal: SIGNAL });

/** A source whose files are spoilt as soon as they are written: `spoil` gives the rows that take the place of `rows`. */
function spoiltSource(spoil: (rows: string) => string): Source {
  const writer = duckdbParquetWriter({ session, store: store(), spoolRoot: join(folder, 'spool') });
  const replace = async (files: readonly DataFile[]): Promise<readonly DataFile[]> => {
    for (const { key } of files) {
      const path = store().locate(key);
      const spoilt = spoil(`read_parquet('${path}', hive_partitioning = false)`);
      await run(`CREATE OR REPLACE TEMP TABLE spoilt AS ${spoilt}; COPY spoilt TO '${path}' (FORMAT parquet)`);
    }
    return files;
  };
  return openSource({
    ...writer,
    write: async (request, signal) => replace(await writer.write(request, signal)),
    land: async (request, signal) => replace(await writer.land(request, signal)),
  });
}

async function run(sql: string): Promise<void> {
  const connection = await session.connect();
  try {
    await connection.run(sql);
  } finally {
    connection.closeSync();
  }
}

async function sourceSide(request: ExtractRequest, { reference, window: ends }: ExtractReport): Promise<readonly DigestGroup[]> {
  if (reference === undefined) throw new Error('The rows cannot be seen again.');
  const { dataset, relation, columns, window } = request;
  const answer = await source.digest(
    { dataset, relation, columns, arrived: columns, window, ends, level: 'hash', references: [reference] },
    call(),
  );
  expect(answer.reference).toEqual(reference);
  return answer.groups;
}

const lakeSide = ({ columns }: ExtractRequest, { files }: ExtractReport) =>
  digests().digest({ files: files.map(({ key }) => key), columns, level: 'hash' }, SIGNAL);

describe('both sides agree', () => {
  const columns = EVERY_TYPE.map(({ column }) => column);

  it('on rows of every type, extremes and NULL included, whatever carried them', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(everyRow, { maxLength: 25 }),
        fc.constantFrom('raw' as const, 'unload' as const),
        async (rows, transport) => {
          const ddl = EVERY_TYPE.map((type) => `"${type.name.toUpperCase()}" ${type.ddl}`).join(', ');
          await server.database.run(`CREATE OR REPLACE TABLE "ALL_TYPES" (${ddl})`);
          const values = rows.map((cells) => `(${cells.join(', ')})`).join(', ');
          if (rows.length > 0) await server.database.run(`INSERT INTO "ALL_TYPES" VALUES ${values}`);
          const request = requestFor('ALL_TYPES', columns, transport);
          const report = await source.extract(request, call());
          expect(report.reference?.kind).toBe(transport === 'raw' ? 'result' : 'instant');
          const [theirs, ours] = [await sourceSide(request, report), await lakeSide(request, report)];
          expect(ours).toEqual(theirs);
          expect(ours[0]?.rows).toBe(rows.length);
        },
      ),
      { numRuns: 25, seed: 20260124 },
    );
  });
});

describe('where the source is looked at', () => {
  const columns: readonly SourceColumn[] = [
    { name: 'id', source: 'ID', type: { kind: 'bigint' } },
    { name: 'seen', source: 'SEEN', type: { kind: 'timestamp' } },
  ];
  const window = { kind: 'window', watermark: 'seen', until: '2024-02-01T00:00:00Z', lagSeconds: 0, nulls: 'exclude' } as const;
  const GONE: RowsReference = { kind: 'result', statements: ['01b71944-0001-b181-0000-0129032279f6'] };
  const digest = (request: ExtractRequest, { window: ends }: ExtractReport, references: readonly RowsReference[]) => {
    const { dataset, relation } = request;
    return source.digest({ dataset, relation, columns, arrived: columns, window: request.window, ends, level: 'hash', references }, call());
  };

  beforeAll(() =>
    server.database.run(`CREATE OR REPLACE TABLE "MOVING" ("ID" DECIMAL(18,0), "SEEN" TIMESTAMP);
      INSERT INTO "MOVING" VALUES (1, '2024-01-01'), (2, '2024-01-02'), (3, NULL), (4, '2024-03-01')`),
  );

  it('is the instant of an unload, whatever was committed since, and the window of the batch', async () => {
    const request = { ...requestFor('MOVING', columns, 'unload'), window };
    const report = await source.extract(request, call());
    expect(report.rows).toBe(2);
    await server.database.commit(`UPDATE "MOVING" SET "SEEN" = '2024-03-02' WHERE "ID" = 2`);
    expect(await sourceSide(request, report)).toEqual(await lakeSide(request, report));
    const now = await digest(request, report, [{ kind: 'present' }]);
    expect(now.groups[0]?.rows).toBe(1);
  });

  it('is the present, and says so, where a result is kept no longer', async () => {
    const request = { ...requestFor('MOVING', columns, 'raw'), window };
    const report = await source.extract(request, call());
    const answer = await digest(request, report, [GONE, { kind: 'present' }]);
    expect(answer.reference).toEqual({ kind: 'present' });
    expect(answer.groups).toEqual(await lakeSide(request, report));
    await expect(digest(request, report, [GONE])).rejects.toMatchObject({ code: 'source/statement-failed' });
  });

  it('is nowhere for a query that is unloaded: only its rows are counted', async () => {
    const query = requestFor('SELECT * FROM "MOVING"', columns, 'unload');
    expect((await source.extract(query, call())).reference).toBeUndefined();
    expect((await source.extract({ ...query, transport: 'raw' }, call())).reference?.kind).toBe('result');
  });
});

/** A pipeline of one bronze dataset. */
function graphOf(
  columns: readonly SourceColumn[],
  options: { readonly key?: readonly string[]; readonly transport?: 'raw' | 'unload' },
): Graph {
  const bronze = {
    layer: 'bronze',
    name: parseDatasetName('bronze.orders'),
    description: undefined,
    columns: columns.map(({ name, type }) => ({ name, type })),
    inputs: [],
    fingerprint: 'f',
    lineage: {},
    checks: [],
    checkScans: [],
    file: undefined,
    relation: { kind: 'table', table: 'ORDERS' },
    sourceColumns: columns,
    key: options.key,
    mode: { kind: 'full' },
    transport: options.transport ?? 'raw',
    reconcile: 'hash',
  } as const;
  const place = { kind: 'files', folder: '.' } as const;
  return { pipeline: 'p', source: place, schedule: undefined, retentionDays: 1, datasets: [bronze] };
}

describe('a batch that is not what the source holds', () => {
  const column = (name: string, kind: 'bigint' | 'varchar' | 'timestamp'): SourceColumn => ({
    name,
    source: name.toUpperCase(),
    type: { kind },
  });
  const COLUMNS = [column('region', 'varchar'), column('id', 'bigint'), column('amount', 'bigint'), column('stamp', 'timestamp')];

  beforeAll(() =>
    server.database.run(`CREATE OR REPLACE TABLE "ORDERS" AS SELECT 'region ' || i // 1000 AS "REGION", i::DECIMAL(18,0) AS "ID",
      (i * 7)::DECIMAL(18,0) AS "AMOUNT", make_timestamp(1700000000000000 + i * 1000000) AS "STAMP" FROM range(3000) r(i)`),
  );

  /** Extracts through a spoilt writer; gives the step's error and whether anything was published. */
  async function extractSpoilt(spoil: (rows: string) => string, options: Parameters<typeof graphOf>[1]) {
    const host = recordingHost();
    const lake = fsObjectStore({ root: join(folder, 'lake') });
    const nothing = async () => undefined;
    const ports = {
      store: lake,
      clock: systemClock(),
      host,
      catalog: { register: nothing, get: nothing, listPartitions: async () => [] },
      engine: () => Promise.reject(new Error('Nothing is built.')),
      source: async () => spoiltSource(spoil),
      digests: async () => digests(),
    };
    const record = await runPipeline(graphOf(COLUMNS, options), logicalDate('2024-01-15'), ports, {
      concurrency: 1,
      retries: 0,
      signal: SIGNAL,
    });
    const { version } = await readTable(lake, parseDatasetName('bronze.orders'));
    return { error: record.steps[0]?.error, version };
  }

  const all = 'region, id, amount, stamp';
  it.each([
    [
      'one cell',
      `SELECT * REPLACE (CASE WHEN id = 1234 THEN amount + 1 ELSE amount END AS amount) FROM ROWS`,
      'column `amount` differs where `id` is 1234.',
    ],
    [
      'a text',
      `SELECT * REPLACE (CASE WHEN id = 7 THEN region || ' ' ELSE region END AS region) FROM ROWS`,
      'column `region` differs where `id` is 7.',
    ],
    [
      'values of two columns that changed places',
      `SELECT region, id, CASE WHEN id = 50 THEN 14000 WHEN id = 2000 THEN 350 ELSE amount END AS amount, stamp FROM ROWS`,
      'values stand in other rows (column `amount`) where `id` is 50, and in 1 other range.',
    ],
    [
      'a row twice and another lost',
      `SELECT * FROM ROWS WHERE id <> 99 UNION ALL SELECT * FROM ROWS WHERE id = 100`,
      'columns `id`, `amount`, `stamp` differ where `id` is from 98 to 99.',
    ],
    [
      'a lost row',
      `SELECT * FROM ROWS WHERE id <> 2999`,
      'the source has 3000 rows, the lake 2999; columns `region`, `id`, `amount`, `stamp` differ where `id` is from 2998 to 2999.',
    ],
    [
      'a lost value',
      `SELECT * REPLACE (CASE WHEN id = 5 THEN NULL ELSE stamp END AS stamp) FROM ROWS`,
      'column `stamp` differs where `id` is 5.',
    ],
    [
      'a row without its key',
      `SELECT * REPLACE (CASE WHEN id = 5 THEN NULL ELSE id END AS id) FROM ROWS`,
      'column `id` differs where `id` is from 4 to 5, and in 1 other range.',
    ],
    ['everything', `SELECT ${all} FROM ROWS WHERE false`, 'the source has 3000 rows, the lake 0'],
  ])('is not published: %s', async (_, sql, message) => {
    for (const transport of ['raw', 'unload'] as const) {
      const { error, version } = await extractSpoilt((rows) => sql.replaceAll('ROWS', rows), { key: ['id'], transport });
      expect(error).toMatchObject({ code: 'source/reconcile-differs', message: expect.stringContaining(message) });
      expect(version).toBe(0);
    }
  });

  it('is placed by a key of several columns, or by its column alone', async () => {
    const spoil = (rows: string) => `SELECT * REPLACE (CASE WHEN id IN (1500, 1502) THEN 0 ELSE amount END AS amount) FROM ${rows}`;
    const { error } = await extractSpoilt(spoil, { key: ['region', 'id'] });
    expect(error?.message).toContain('column `amount` differs where `region` is "region 1" and `id` is 1500');
    const { error: unkeyed } = await extractSpoilt(spoil, {});
    expect(unkeyed?.message).toBe('What was written for `bronze.orders` is not what the source holds: column `amount` differs.');
    const { error: byTime } = await extractSpoilt(spoil, { key: ['stamp'] });
    expect(byTime?.message).toContain('where `stamp` is 2023-11-14 22:38:20.000000');
  });
});
