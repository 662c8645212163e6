import { join } from 'node:path';
import type { ChunkReader } from '../client/chunk-reader.ts';
import type { SessionClient } from '../client/session-client.ts';
import type { SessionResult } from '../client/session-result.ts';
import { packRows } from './packed-rows.ts';
import {
  openResult,
  type PartitionedResult,
  type ReadingOptions,
  type ResultReading,
  readingOf,
  readPartitions,
} from './read-partitions.ts';
import { writeSpoolFile } from './spool-file.ts';
import type { Transport, TransportReport } from './transport.ts';

/** What the chunks transport works with, and its bounds. */
export interface ChunksTransportOptions extends ReadingOptions {
  readonly client: SessionClient;
}

/** One result while it is read. */
interface Reading extends ResultReading {
  readonly client: SessionClient;
  readonly folder: string;
}

/**
 * Fetches results as Snowflake's drivers do: chunks come from the cloud's object store and go to disk as they are, packed; the
 * writer unpacks and types them. Only the first rows, which come with the answer, are unpacked here.
 */
export function chunksTransport(options: ChunksTransportOptions): Transport {
  const { client, writer } = options;
  return {
    async read(request, context) {
      const folder = await writer.spoolFolder(`${context.attempt}-${context.dataset ?? 'result'}`);
      try {
        return await client.hold(() => readResult({ client, ...readingOf(options, request, context), folder }));
      } finally {
        await writer.clearSpool(folder);
      }
    },
  };
}

async function readResult(reading: Reading): Promise<TransportReport> {
  const { client, context, request, query } = reading;
  const { result, isResumed } = await openResult(request, query, {
    attach: (handle) => client.attach(handle, context),
    execute: () => client.execute(query.sql, context),
  });
  return readPartitions(reading, { ...(await partitionsOf(reading, result)), isResumed });
}

async function partitionsOf(reading: Reading, result: SessionResult): Promise<Omit<PartitionedResult, 'isResumed'>> {
  const { handle, rows, columns, data, chunks } = result;
  const text = Buffer.from(JSON.stringify(data));
  await writeSpoolFile(firstPath(reading), [text]);
  const readChunk = reading.client.chunksOf(result);
  return {
    handle,
    rows,
    columns,
    partitions: [{ rows: data.length, bytes: text.length }, ...chunks],
    firstBytes: text.length,
    pathOf: (number) => (number === 0 ? firstPath(reading) : chunkPath(reading, number - 1)),
    async fetch(number, signal) {
      await fetchChunk(reading, readChunk, number - 1, signal);
      // Only the writer unpacks it.
      return chunks[number - 1]?.bytes ?? 0;
    },
  };
}

function fetchChunk(reading: Reading, readChunk: ChunkReader, chunk: number, signal: AbortSignal): Promise<number> {
  const context = { ...reading.context, signal };
  const unexpected = (what: string) => reading.client.unexpected(context, what);
  return readChunk(chunk, context, (body) => writeSpoolFile(chunkPath(reading, chunk), packRows(body, unexpected)));
}

function firstPath({ folder }: Reading): string {
  return join(folder, 'rows.json');
}

function chunkPath({ folder }: Reading, chunk: number): string {
  return join(folder, `chunk-${chunk}.json.gz`);
}
