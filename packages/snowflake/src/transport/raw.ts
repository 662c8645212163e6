import { join } from 'node:path';
import type { StatementContext } from '../client/request-sender.ts';
import { parseResultMetadata, type ResultMetadata } from '../client/result-metadata.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { unframePartition } from './partition-framing.ts';
import { openResult, type ReadingOptions, type ResultReading, readingOf, readPartitions } from './read-partitions.ts';
import { splitResult } from './split-result.ts';
import { writeSpoolFile } from './spool-file.ts';
import type { Transport, TransportReport } from './transport.ts';

/** What the raw transport works with, and its bounds. */
export interface RawTransportOptions extends ReadingOptions {
  readonly client: SqlApiClient;
}

/** One result while it is read. */
interface Reading extends ResultReading {
  readonly client: SqlApiClient;
  readonly folder: string;
}

/** Streams result partitions to disk and lets the writer type them; no row is parsed in JavaScript or kept in memory. */
export function rawTransport(options: RawTransportOptions): Transport {
  const { client, writer } = options;
  return {
    async read(request, context) {
      const folder = await writer.spoolFolder(`${context.attempt}-${context.dataset ?? 'result'}`);
      try {
        return await readResult({ client, ...readingOf(options, request, context), folder });
      } finally {
        await writer.clearSpool(folder);
      }
    },
  };
}

async function readResult(reading: Reading): Promise<TransportReport> {
  const { client, folder, context, request, query } = reading;
  const read = (body: AsyncIterable<Uint8Array>) => spoolFirst(reading, body);
  const { result, isResumed } = await openResult(request, query, {
    attach: (handle) => client.attach(handle, context, read),
    execute: () => client.execute(query.sql, context, read),
  });
  const { bytes, metadata } = result;
  return readPartitions(reading, {
    ...metadata,
    isResumed,
    firstBytes: bytes,
    pathOf: (number) => spoolPath(folder, number),
    fetch: (number, signal) => fetchPartition(reading, metadata.handle, number, { ...context, signal }),
  });
}

// The answer itself holds partition 0: its rows go to disk as they arrive, only what surrounds them is parsed.
async function spoolFirst(
  { client, context, folder }: Reading,
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly metadata: ResultMetadata; readonly bytes: number }> {
  const rest: Uint8Array[] = [];
  const bytes = await writeSpoolFile(spoolPath(folder, 0), splitResult(body, rest));
  const metadata = parseResultMetadata(parseJson(Buffer.concat(rest).toString('utf8')));
  if (metadata === undefined || bytes === 0) throw client.unexpected(context, 'a result without metadata or rows');
  return { metadata, bytes };
}

function fetchPartition({ client, folder }: Reading, handle: string, number: number, context: StatementContext): Promise<number> {
  return client.readPartition(handle, number, context, (body) =>
    writeSpoolFile(
      spoolPath(folder, number),
      unframePartition(body, (what) => client.unexpected(context, what)),
    ),
  );
}

function spoolPath(folder: string, partition: number): string {
  return join(folder, `partition-${partition}.json`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
