import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type CallContext,
  type Clock,
  type ExtractReport,
  type ExtractRequest,
  type ExtractWindow,
  type FileFormat,
  logicalDate,
  type ObjectStore,
  parseColumnType,
  parseDatasetName,
  type Source,
  type SourceColumn,
} from '@snowmelt/core/ports';
import { type DuckdbSession, openDuckdb } from '../src/duckdb/duckdb-session.ts';
import { fsObjectStore } from '../src/fs/fs-object-store.ts';

/** A temporary folder with a lake and a DuckDB, for reading sources in tests. */
export interface SourceLab {
  readonly folder: string;
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
  readonly clock: Clock;
  write(path: string, content: string | Uint8Array): Promise<string>;
  /** Runs SQL in a database of its own, or in the given file. */
  sql(sql: string, file?: string): Promise<readonly (readonly unknown[])[]>;
  extract(source: Source, request: LabRequest): Promise<ExtractReport>;
  /** The rows that reports brought, as JSON values, sorted. */
  rows(...reports: readonly ExtractReport[]): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

/** What to read: a table, files or a query, with the declared columns. */
export interface LabRequest {
  readonly from: string;
  readonly format?: FileFormat;
  readonly columns: Readonly<Record<string, string>>;
  readonly window?: ExtractWindow;
  readonly context?: Partial<CallContext>;
}

/** Opens a lab with a clock and something that reads the rows of a Parquet file. */
export async function openSourceLab(
  clock: Clock,
  readParquet: (path: string) => Promise<readonly (readonly unknown[])[]>,
): Promise<SourceLab> {
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-sources-'));
  const session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(folder, 'tmp') });
  const store = fsObjectStore({ root: join(folder, 'lake') });
  let attempts = 0;
  return {
    folder,
    session,
    store,
    clock,
    write: async (path, content) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
      return join(folder, path);
    },
    sql: runSql,
    extract: (source, request) => {
      attempts += 1;
      return source.extract(toRequest(request), {
        attempt: `attempt${attempts}`,
        signal: new AbortController().signal,
        ...request.context,
      });
    },
    rows: async (...reports) => {
      const files = reports.flatMap((report) => report.files);
      const rows = await Promise.all(files.map(({ key }) => readParquet(store.locate(key))));
      return rows.flat().sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    },
    close: async () => {
      session.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function runSql(sql: string, file = ':memory:'): Promise<readonly (readonly unknown[])[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function toRequest({ from, format, columns, window = { kind: 'full' } }: LabRequest): ExtractRequest {
  const isQuery = /^select /i.test(from);
  return {
    dataset: parseDatasetName('bronze.t'),
    relation: isQuery ? { kind: 'query', sql: from } : { kind: 'table', table: from, ...(format === undefined ? {} : { format }) },
    columns: Object.entries(columns).map(([name, type]) => toColumn(name, type)),
    window,
    day: logicalDate('2026-01-19'),
    prefix: 'bronze/year=2026/month=01/day=19/t/{attempt}',
  };
}

// `TYPE from NAME`: under another name in the source.
function toColumn(name: string, spelling: string): SourceColumn {
  const [text = '', source = name] = spelling.split(' from ');
  const type = parseColumnType(text);
  if (type === undefined) throw new Error(`${text} is not a type`);
  return { name, type, source };
}
