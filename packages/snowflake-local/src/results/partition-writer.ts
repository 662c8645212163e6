import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { FRAMES, type ResultFormat } from './result-format.ts';
import type { ResultPlace } from './result-store.ts';

const compress = promisify(gzip);

/** One stored partition: where its rows are, in the frame of the result's format, and how large. */
export interface StoredPartition {
  readonly rowCount: number;
  readonly uncompressedSize: number;
  readonly content:
    | { readonly kind: 'memory'; readonly body: Buffer }
    | { readonly kind: 'gzip-file'; readonly path: string; readonly bytes: number };
}

/** How a result is cut. */
export interface PartitionLimits {
  readonly rowsPerPartition: number;
  readonly partitionBytes: number;
}

// What travels inside the first answer stays small, as Snowflake keeps it.
const FIRST_PARTITION_BYTES = 1024 * 1024;
const NEWLINE = 10;
const COMMA = 44;
const PENDING = 2;

// So small that a file would be waste; a server remembers thousands of them.
const IN_MEMORY_BYTES = 4096;

/** Stores a result of few rows, given as JSON texts. */
export async function storeRows(
  rows: readonly string[],
  place: ResultPlace,
  limits: PartitionLimits,
  format: ResultFormat = 'sql-api',
): Promise<readonly StoredPartition[]> {
  const cutter = partitionCutter(limits);
  const cuts = [...cutter.feed(Buffer.from(rows.map((row) => `${row}\n`).join('')))];
  const last = cutter.end(cuts.length === 0);
  if (last !== undefined) cuts.push(last);
  const partitions: StoredPartition[] = [];
  for (const [number, cut] of cuts.entries()) partitions.push(await storePartition(cut, number, place, format));
  return partitions;
}

/**
 * Cuts a file with one JSON row a line into compressed partitions. Rows are bytes here: none is parsed, and memory holds a few
 * partitions at most.
 */
export async function writePartitions(
  rowsFile: string,
  place: ResultPlace,
  limits: PartitionLimits,
  format: ResultFormat = 'sql-api',
): Promise<readonly StoredPartition[]> {
  const partitions: Promise<StoredPartition>[] = [];
  const cutter = partitionCutter(limits);
  const write = async (cut: Cut): Promise<void> => {
    const number = partitions.length;
    const writing = storePartition(cut, number, place, format);
    // A failure is thrown by Promise.all below; until then it must not count as unhandled.
    writing.catch(() => undefined);
    partitions.push(writing);
    await partitions[number - PENDING];
  };
  for await (const chunk of createReadStream(rowsFile, { highWaterMark: 1024 * 1024 })) {
    for (const cut of cutter.feed(chunk)) await write(cut);
  }
  const last = cutter.end(partitions.length === 0);
  if (last !== undefined) await write(last);
  return Promise.all(partitions);
}

async function storePartition({ rows, pieces }: Cut, number: number, place: ResultPlace, format: ResultFormat): Promise<StoredPartition> {
  const { head, tail } = FRAMES[format];
  const body = Buffer.concat([head, ...pieces, tail]);
  const sizes = { rowCount: rows, uncompressedSize: body.length };
  if (number === 0 && body.length <= IN_MEMORY_BYTES) return { ...sizes, content: { kind: 'memory', body } };
  const packed = await compress(body, { level: constants.Z_BEST_SPEED });
  const path = join(await place.folder(), `${number}.json.gz`);
  await writeFile(path, packed);
  await place.add(packed.length);
  return { ...sizes, content: { kind: 'gzip-file', path, bytes: packed.length } };
}

interface Cut {
  readonly rows: number;
  readonly pieces: readonly Buffer[];
}

interface PartitionCutter {
  feed(chunk: Buffer): readonly Cut[];
  /** The rows that are left. `isFirst`: there were none before, and a result has at least one partition. */
  end(isFirst: boolean): Cut | undefined;
}

/** Turns lines into comma-separated rows, and says where a partition is full. */
export function partitionCutter({ rowsPerPartition, partitionBytes }: PartitionLimits): PartitionCutter {
  let rows = 0;
  let bytes = 0;
  let pieces: Buffer[] = [];
  let limit = Math.min(partitionBytes, FIRST_PARTITION_BYTES);
  const take = (piece: Buffer): void => {
    if (piece.length === 0) return;
    pieces.push(piece);
    bytes += piece.length;
  };
  const finish = (): Cut => {
    const cut = { rows, pieces };
    rows = 0;
    bytes = 0;
    pieces = [];
    limit = partitionBytes;
    return cut;
  };
  return {
    feed(chunk) {
      const cuts: Cut[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, end + 1)) {
        chunk[end] = COMMA;
        rows++;
        if (rows < rowsPerPartition && bytes + end - start < limit) continue;
        // Without the comma behind the last row.
        take(chunk.subarray(start, end));
        start = end + 1;
        cuts.push(finish());
      }
      take(chunk.subarray(start));
      return cuts;
    },
    end(isFirst) {
      if (rows === 0) return isFirst ? finish() : undefined;
      const last = pieces.pop();
      return last === undefined ? finish() : { rows, pieces: [...pieces, last.subarray(0, -1)] };
    },
  };
}
