import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFile, type ParquetWriter, SnowmeltError } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import { parseResultMetadata, type ResultMetadata } from '../client/result-metadata.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { inParallel } from './in-parallel.ts';
import { unframePartition } from './partition-framing.ts';
import { groupPartitions, type PartitionGroup } from './partition-groups.ts';
import { splitResult } from './split-result.ts';
import { writeSpoolFile } from './spool-file.ts';
import type { Transport, TransportReport, TransportRequest } from './transport.ts';

/** What the raw transport works with, and its bounds. */
export interface RawTransportOptions {
  readonly client: SqlApiClient;
  readonly writer: ParquetWriter;
  /** Text per Parquet file; the temporary folder holds about twice as much. */
  readonly groupBytes?: number;
  /** Partitions that are fetched at once. */
  readonly fetches?: number;
}

/** One result while it is read. */
interface Reading extends Required<RawTransportOptions> {
  readonly request: TransportRequest;
  readonly context: StatementContext;
  readonly folder: string;
}

/** A group whose partitions lie on disk. */
interface SpooledGroup {
  readonly group: PartitionGroup;
  readonly paths: readonly string[];
  readonly bytes: number;
}

/** Streams result partitions to disk and lets the writer type them; no row is parsed in JavaScript or kept in memory. */
export function rawTransport(options: RawTransportOptions): Transport {
  const { client, writer, groupBytes = 64 * 1024 * 1024, fetches = 4 } = options;
  return {
    async read(request, context) {
      const folder = await writer.spoolFolder(`${context.attempt}-${context.dataset ?? 'result'}`);
      try {
        return await readResult({ client, writer, groupBytes, fetches, request, context, folder });
      } finally {
        await writer.clearSpool(folder);
      }
    },
  };
}

async function readResult(reading: Reading): Promise<TransportReport> {
  const { client, request, context } = reading;
  const first = await client.execute(request.sql, context, (body) => spoolFirst(reading, body));
  const { handle, partitions, rows } = first.metadata;
  checkRows(context, sumRows(partitions), rows);
  const groups = groupPartitions(partitions, reading.groupBytes);
  const { files, bytes } = await convertGroups(reading, handle, groups);
  checkRows(context, sumRows(files), rows);
  return { files, rows, statement: handle, bytesFetched: first.bytes + bytes };
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

async function convertGroups(
  reading: Reading,
  handle: string,
  groups: readonly PartitionGroup[],
): Promise<{ readonly files: readonly DataFile[]; readonly bytes: number }> {
  const files: DataFile[] = [];
  const fetched: SpooledGroup[] = [];
  let bytes = 0;
  // While one group is written, the next is fetched: two groups at most lie on disk.
  for (const next of [...groups, undefined]) {
    const current = fetched.pop();
    const write = async (signal: AbortSignal): Promise<void> => {
      if (current !== undefined) files.push(...(await writeGroup(reading, current, signal)));
    };
    const fetch = async (signal: AbortSignal): Promise<void> => {
      if (next === undefined) return;
      const group = await fetchGroup(reading, handle, next, signal);
      bytes += group.bytes;
      fetched.push(group);
    };
    await inParallel([write, fetch], 2, reading.context.signal, (task, signal) => task(signal));
  }
  return { files, bytes };
}

async function fetchGroup(reading: Reading, handle: string, group: PartitionGroup, signal: AbortSignal): Promise<SpooledGroup> {
  const { client, folder, fetches } = reading;
  const context = { ...reading.context, signal };
  const missing = group.partitions.filter((number) => number !== 0);
  const sizes = await inParallel(missing, fetches, signal, (number, fetchSignal) =>
    client.readPartition(handle, number, { ...context, signal: fetchSignal }, (body) =>
      writeSpoolFile(
        spoolPath(folder, number),
        unframePartition(body, (what) => client.unexpected(context, what)),
      ),
    ),
  );
  return {
    group,
    paths: group.partitions.map((number) => spoolPath(folder, number)),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

async function writeGroup({ writer, request }: Reading, { group, paths }: SpooledGroup, signal: AbortSignal): Promise<readonly DataFile[]> {
  const name = `part-${String(group.index).padStart(5, '0')}`;
  const files = await writer.write({ paths, columns: request.columns, rows: group.rows, prefix: request.prefix, name }, signal);
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  return files;
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

function sumRows(parts: readonly { readonly rows: number }[]): number {
  return parts.reduce((sum, { rows }) => sum + rows, 0);
}

function checkRows({ dataset }: StatementContext, found: number, announced: number): void {
  if (found === announced) return;
  throw new SnowmeltError('source/rows-differ', {
    message: `Snowflake announced ${announced} rows, ${found} arrived.`,
    hint: 'Nothing was published. Run again; if it stays so, report it with the statement from the query history.',
    at: dataset === undefined ? {} : { dataset },
  });
}
