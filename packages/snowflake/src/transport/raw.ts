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
import { ifStillThere } from './still-there.ts';
import type { Transport, TransportQuery, TransportReport, TransportRequest } from './transport.ts';

/** What the raw transport works with, and its bounds. */
export interface RawTransportOptions {
  readonly client: SqlApiClient;
  readonly writer: ParquetWriter;
  /** Text per Parquet file; the temporary folder holds about twice as much. */
  readonly groupBytes?: number | undefined;
  /** Partitions that are fetched at once. */
  readonly fetches?: number | undefined;
}

/** One result while it is read. */
interface Reading {
  readonly client: SqlApiClient;
  readonly writer: ParquetWriter;
  readonly groupBytes: number;
  readonly fetches: number;
  readonly request: TransportRequest;
  readonly query: TransportQuery;
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
        return await readResult({ client, writer, groupBytes, fetches, request, query: request.query('cells'), context, folder });
      } finally {
        await writer.clearSpool(folder);
      }
    },
  };
}

async function readResult(reading: Reading): Promise<TransportReport> {
  const { first, isResumed } = await openResult(reading);
  const { handle, partitions, rows } = first.metadata;
  checkRows(reading.context, sumRows(partitions), rows);
  const groups = groupPartitions(partitions, reading.groupBytes);
  const kept = isResumed ? await keepFiles(reading, groups) : new Map<number, readonly DataFile[]>();
  const { files, bytes } = await convertGroups(reading, handle, groups, kept);
  checkRows(reading.context, sumRows(files), rows);
  return { files, rows, statement: handle, bytesFetched: first.bytes + bytes };
}

interface OpenedResult {
  readonly first: { readonly metadata: ResultMetadata; readonly bytes: number };
  readonly isResumed: boolean;
}

// Results stay for a day: the statement of an attempt that was killed need not run again.
async function openResult(reading: Reading): Promise<OpenedResult> {
  const { client, query, request, context } = reading;
  const read = (body: AsyncIterable<Uint8Array>) => spoolFirst(reading, body);
  const { earlier } = request.progress;
  if (earlier?.sql === query.sql) {
    const first = await ifStillThere(() => client.attach(earlier.handle, context, read));
    if (first !== undefined) return { first, isResumed: true };
  }
  return { first: await client.execute(query.sql, context, read), isResumed: false };
}

async function keepFiles({ request, writer }: Reading, groups: readonly PartitionGroup[]): Promise<Map<number, readonly DataFile[]>> {
  const kept = new Map<number, readonly DataFile[]>();
  for (const { index, rows } of groups) {
    const files: DataFile[] = [];
    for (const file of request.progress.earlier?.files[index] ?? []) {
      const again = await writer.keep(file, request.prefix);
      if (again !== undefined) files.push(again);
    }
    if (sumRows(files) === rows) kept.set(index, files);
  }
  return kept;
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
  kept: ReadonlyMap<number, readonly DataFile[]>,
): Promise<{ readonly files: readonly DataFile[]; readonly bytes: number }> {
  const done = new Map(kept);
  const fetched: SpooledGroup[] = [];
  let bytes = 0;
  const note = async (): Promise<void> => {
    // A result in one piece is read again as fast as its note.
    if (groups.length > 1) await reading.request.progress.note({ sql: reading.query.sql, handle, files: Object.fromEntries(done) });
  };
  await note();
  // While one group is written, the next is fetched: two groups at most lie on disk.
  for (const next of [...groups.filter(({ index }) => !kept.has(index)), undefined]) {
    const current = fetched.pop();
    const write = async (signal: AbortSignal): Promise<void> => {
      if (current === undefined) return;
      done.set(current.group.index, await writeGroup(reading, current, signal));
      await note();
    };
    const fetch = async (signal: AbortSignal): Promise<void> => {
      if (next === undefined) return;
      const group = await fetchGroup(reading, handle, next, signal);
      bytes += group.bytes;
      fetched.push(group);
    };
    await inParallel([write, fetch], 2, reading.context.signal, (task, signal) => task(signal));
  }
  return { files: groups.flatMap(({ index }) => done.get(index) ?? []), bytes };
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

async function writeGroup(
  { writer, request, query }: Reading,
  { group, paths }: SpooledGroup,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  const name = `${request.name}-${String(group.index).padStart(5, '0')}`;
  const files = await writer.write({ paths, columns: query.columns, rows: group.rows, prefix: request.prefix, name }, signal);
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
