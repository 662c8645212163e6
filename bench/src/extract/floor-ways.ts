import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Way, WayRequest } from './way.ts';

const UNPACK = { chunkSize: 512 * 1024 };
const FRAME = '{"data":';

/** DuckDB alone: its own table, which has the very rows, to Parquet. */
export const writeOwnTable: Way = async ({ table, rows, folder }) => {
  const path = join(folder, 'floor.parquet');
  await withDuckdb(join(folder, 'floor.duckdb'), (run) =>
    run(`COPY (FROM ${table.toUpperCase()} LIMIT ${rows}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`),
  );
  return { rows, files: [path] };
};

/** What no client of packed JSON can do without: unpacking it, and reading it as lists of texts. Nothing is kept. */
export async function prepareReading({ folder, partitions = [] }: WayRequest): Promise<Way> {
  const plain = partitions.map((_, at) => join(folder, `plain-${at}.json`));
  for (const [at, packed] of partitions.entries()) await unframe(packed, plain[at] ?? '');
  return async () => {
    for (const packed of partitions) await pipeline(createReadStream(packed), createGunzip(UNPACK), nowhere());
    const files = plain.map((path) => `'${path}'`).join(', ');
    const reading = `read_json([${files}], format = 'array', records = 'false', columns = {json: 'VARCHAR[]'})`;
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

// `{"data":[…]}` without what is around the array.
async function unframe(packed: string, plain: string): Promise<void> {
  const cut = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let held = Buffer.alloc(0);
    let isFirst = true;
    for await (const chunk of chunks) {
      if (held.length > 1) yield held.subarray(0, -1);
      held = Buffer.concat([held.subarray(-1), isFirst ? chunk.subarray(FRAME.length) : chunk]);
      isFirst = false;
    }
    yield held.subarray(0, -1);
  };
  await pipeline(createReadStream(packed), createGunzip(UNPACK), cut, createWriteStream(plain));
}

function nowhere(): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
}
