import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AttemptNotes,
  type ExtractReport,
  type ExtractRequest,
  logicalDate,
  type ObjectStore,
  type ParquetWriter,
  parseColumnType,
  parseDatasetName,
  type Source,
  type SourceColumn,
  type Transport,
} from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

const KEYS = generateKeyPair();

/** What a test sets of a source. */
export interface SourceSettings {
  readonly writer?: ParquetWriter;
  readonly attempts?: AttemptNotes;
  readonly fileBytes?: number;
  readonly idleTimeoutMs?: number;
  readonly limits?: { readonly fileMegabytes?: number; readonly maxFetches?: number; readonly statementTimeout?: number };
}

/** A server, a lake and sources between them. */
export interface Bench {
  server(): RunningServer;
  store(): ObjectStore;
  writer(): ParquetWriter;
  source(settings?: SourceSettings): Source;
  extract(
    from: string,
    columns: readonly SourceColumn[],
    transport: Transport | 'auto',
    source?: Source,
    signal?: AbortSignal,
  ): Promise<ExtractReport>;
  query(sql: string): Promise<readonly unknown[]>;
  /** The rows of a report's files, for SQL. */
  relationOf(report: ExtractReport): string;
  /** The columns and the number of rows that only one of both has. */
  compare(a: ExtractReport, b: ExtractReport): Promise<unknown>;
}

export type ColumnOptions = Partial<Omit<SourceColumn, 'name' | 'type'>>;

export function column(name: string, text: string, options: ColumnOptions = {}): SourceColumn {
  const type = parseColumnType(text);
  if (type === undefined) throw new Error(`no type: ${text}`);
  return { name, source: name.toUpperCase(), type, ...options };
}

/** Sets a bench up before the tests of a file, and takes it down after them; faults end with their test. */
export function setUpBench(): Bench {
  let folder = '';
  let server: RunningServer;
  let session: DuckdbSession;
  let attempts = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-transports-'));
    const users = [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }];
    server = await startServer({ users, rowsPerPartition: 7, waitMs: 200, stages: { LAKE: join(folder, 'stage') } });
    session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
  });
  afterAll(async () => {
    session.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
  afterEach(() => server.faults.clear());

  const store = () => fsObjectStore({ root: join(folder, 'lake') });
  const writer = () => duckdbParquetWriter({ session, store: store(), spoolRoot: join(folder, 'spool') });
  const source = ({ limits = {}, ...settings }: SourceSettings = {}): Source =>
    snowflakeSource({
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
      writer: writer(),
      secrets: { get: async () => KEYS.privateKeyPem },
      // Waits are what these tests would spend their time on.
      clock: { ...systemClock(), sleep: (ms, signal) => systemClock().sleep(Math.min(ms, 2), signal) },
      idleTimeoutMs: 2000,
      ...settings,
    });
  const query = async (sql: string): Promise<readonly unknown[]> => {
    const connection = await session.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  };
  const relationOf = ({ files }: ExtractReport) =>
    `read_parquet([${files.map(({ key }) => `'${join(folder, 'lake', key)}'`).join(', ')}], hive_partitioning = false)`;
  return {
    server: () => server,
    store,
    writer,
    source,
    query,
    relationOf,
    extract(from, columns, transport, asked = source(), signal = new AbortController().signal) {
      const request: ExtractRequest = {
        dataset: parseDatasetName('bronze.orders'),
        relation: from.includes(' ') ? { kind: 'query', sql: from } : { kind: 'table', table: from },
        columns,
        window: { kind: 'full' },
        transport,
        day: logicalDate('2024-01-15'),
        prefix: 'bronze/year=2024/month=01/day=15/orders/{attempt}',
      };
      return asked.extract(request, { attempt: `attempt-${attempts++}`, signal });
    },
    async compare(a, b) {
      if (a.files.length === 0 || b.files.length === 0) return { schemas: [], differences: a.rows - b.rows };
      const schemas = await Promise.all([a, b].map((report) => query(`DESCRIBE SELECT * FROM ${relationOf(report)}`)));
      const [only] = await query(`SELECT count(*) AS n FROM (
        (SELECT * FROM ${relationOf(a)} EXCEPT ALL SELECT * FROM ${relationOf(b)}) UNION ALL
        (SELECT * FROM ${relationOf(b)} EXCEPT ALL SELECT * FROM ${relationOf(a)}))`);
      expect(schemas[0]).toEqual(schemas[1]);
      return { schemas: schemas[0], differences: Number((only as { n: string }).n) };
    },
  };
}
