import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Way, WayRequest } from './way.ts';

const FRAME = '{"data":';

/** DuckDB alone: its own table, which has the very rows, to Parquet. */
export const writeOwnTable: Way = async ({ table, rows, folder }) => {
  const path = join(folder, 'floor.parquet');
  await withDuckdb(join(folder, 'floor.duckdb'), (run) =>
    run(`COPY (FROM ${table.toUpperCase()} LIMIT ${rows}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`),
  );
  return { rows, files: [path] };
};

/** What no client of packed JSON can do without, done by DuckDB: unpacking it and reading it as lists of texts. Nothing is kept. */
export async function prepareReading({ folder, partitions = [] }: WayRequest): Promise<Way> {
  const packed = partitions.map((_, at) => join(folder, `rows-${at}.json.gz`));
  for (const [at, partition] of partitions.entries()) await unframe(partition, packed[at] ?? '');
  const files = packed.map((path) => `'${path}'`).join(', ');
  const reading = `read_json([${files}], format = 'array', records = 'false', columns = {json: 'VARCHAR[]'})`;
  return async () => {
    const rows = await withDuckdb(':memory:', (run) => run(`SELECT count(*) FROM ${reading} WHERE len(json) > 0`));
    return { rows, files: [] };
  };
}

async function withDuckdb(path: string, act: (run: (sql: string) => Promise<number>) => Promise<number>): Promise<number> {
  const isFile = path !== ':memory:';
  const instance = await DuckDBInstance.create(path, {
    threads: '2',
    preserve_insertion_order: 'false',
    ...(isFile ? { access_mode: 'READ_ONLY' } : {}),
  });
  const connection = await instance.connect();
  try {
    return await act(async (sql) => Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

// `{"data":[…]}` without what is around the array, packed as it was.
async function unframe(partition: string, packed: string): Promise<void> {
  const whole = gunzipSync(await readFile(partition));
  await writeFile(packed, gzipSync(whole.subarray(FRAME.length, -1), { level: constants.Z_BEST_SPEED }));
}
