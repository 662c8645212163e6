import { rm } from 'node:fs/promises';
import { type DataFile, isSnowmeltError, type ParquetWriter, SnowmeltError } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { ResultColumn, ResultPartition } from '../client/result-metadata.ts';
import { markExactNumbers } from './exact-numbers.ts';
import { inParallel } from './in-parallel.ts';
import { groupPartitions, type PartitionGroup } from './partition-groups.ts';
import { ifStillThere } from './still-there.ts';
import type { TransportQuery, TransportReport, TransportRequest } from './transport.ts';

/** What a result in parts is read with, and the bounds. */
export interface ReadingOptions {
  readonly writer: ParquetWriter;
  /** Text per Parquet file; the temporary folder holds about twice as much. */
  readonly groupBytes?: number | undefined;
  /** Partitions that are fetched at once. */
  readonly fetches?: number | undefined;
}

/** One result while it is read. */
export interface ResultReading {
  readonly writer: ParquetWriter;
  readonly groupBytes: number;
  readonly fetches: number;
  readonly request: TransportRequest;
  readonly query: TransportQuery;
  readonly context: StatementContext;
}

/** A finished statement's result, of which partition 0 lies on disk. */
export interface PartitionedResult {
  readonly handle: string;
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
  readonly partitions: readonly ResultPartition[];
  /** It is that of an earlier attempt, of which files may be kept. */
  readonly isResumed: boolean;
  /** Text in partition 0. */
  readonly firstBytes: number;
  /** Where a partition lies once it is fetched. */
  pathOf(partition: number): string;
  /** Brings a partition to disk and gives the size of its text. */
  fetch(partition: number, signal: AbortSignal): Promise<number>;
}

/** A group whose partitions lie on disk. */
interface SpooledGroup {
  readonly group: PartitionGroup;
  readonly paths: readonly string[];
  readonly bytes: number;
}

/** Says how one result is to be read. */
export function readingOf(options: ReadingOptions, request: TransportRequest, context: StatementContext): ResultReading {
  const { writer, groupBytes = 64 * 1024 * 1024, fetches = 4 } = options;
  return { writer, groupBytes, fetches, request, query: request.query('cells'), context };
}

/** The two ways to a result. */
export interface ResultOpener<T> {
  readonly attach: (handle: string) => Promise<T>;
  readonly execute: () => Promise<T>;
}

/** Opens the result of an earlier attempt's statement, or runs it. Results stay for a day: it need not run again. */
export async function openResult<T>(
  { progress: { earlier } }: TransportRequest,
  query: TransportQuery,
  opener: ResultOpener<T>,
): Promise<{ readonly result: T; readonly isResumed: boolean }> {
  if (earlier?.sql === query.sql) {
    const result = await ifStillThere(() => opener.attach(earlier.handle));
    if (result !== undefined) return { result, isResumed: true };
  }
  return { result: await opener.execute(), isResumed: false };
}

/**
 * Fetches a result's partitions, several at once, and lets the writer make a file of each group, while the next one is fetched.
 * @throws source/rows-differ
 */
export async function readPartitions(reading: ResultReading, result: PartitionedResult): Promise<TransportReport> {
  const { handle, partitions, rows } = result;
  checkRows(reading.context, sumRows(partitions), rows);
  const groups = groupPartitions(partitions, reading.groupBytes);
  const kept = result.isResumed ? await keepFiles(reading, groups) : new Map<number, readonly DataFile[]>();
  const query = { ...reading.query, columns: markExactNumbers(reading.query.columns, result.columns) };
  const { files, bytes } = await convertGroups({ ...reading, query }, result, groups, kept);
  checkRows(reading.context, sumRows(files), rows);
  return { files, rows, statement: handle, bytesFetched: result.firstBytes + bytes };
}

async function keepFiles({ request, writer }: ResultReading, groups: readonly PartitionGroup[]): Promise<Map<number, readonly DataFile[]>> {
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

async function convertGroups(
  reading: ResultReading,
  result: PartitionedResult,
  groups: readonly PartitionGroup[],
  kept: ReadonlyMap<number, readonly DataFile[]>,
): Promise<{ readonly files: readonly DataFile[]; readonly bytes: number }> {
  const done = new Map(kept);
  const fetched: SpooledGroup[] = [];
  let bytes = 0;
  const note = async (): Promise<void> => {
    // A result in one piece is read again as fast as its note.
    if (groups.length > 1)
      await reading.request.progress.note({ sql: reading.query.sql, handle: result.handle, files: Object.fromEntries(done) });
  };
  await note();
  // While one group is written, the next is fetched: two groups at most lie on disk.
  for (const next of [...groups.filter(({ index }) => !kept.has(index)), undefined]) {
    const current = fetched.pop();
    const write = async (signal: AbortSignal): Promise<void> => {
      if (current === undefined) return;
      done.set(current.group.index, await writeOrFetchAgain(reading, result, current, signal));
      await note();
    };
    const fetch = async (signal: AbortSignal): Promise<void> => {
      if (next === undefined) return;
      const group = await fetchGroup(reading, result, next, signal);
      bytes += group.bytes;
      fetched.push(group);
    };
    await inParallel([write, fetch], 2, reading.context.signal, (task, signal) => task(signal));
  }
  return { files: groups.flatMap(({ index }) => done.get(index) ?? []), bytes };
}

async function fetchGroup(
  { fetches }: ResultReading,
  { fetch, pathOf }: PartitionedResult,
  group: PartitionGroup,
  signal: AbortSignal,
): Promise<SpooledGroup> {
  const missing = group.partitions.filter((number) => number !== 0);
  const sizes = await inParallel(missing, fetches, signal, fetch);
  return { group, paths: group.partitions.map(pathOf), bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

// A part that was damaged on its way may show it only now that it is read; whatever is wrong at its origin stays wrong.
async function writeOrFetchAgain(
  reading: ResultReading,
  result: PartitionedResult,
  spooled: SpooledGroup,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  try {
    return await writeGroup(reading, spooled, signal);
  } catch (error) {
    if (!isSnowmeltError(error) || !DAMAGED.has(error.code)) throw error;
    return await writeGroup(reading, await fetchGroup(reading, result, spooled.group, signal), signal);
  }
}

const DAMAGED = new Set<string>(['source/protocol', 'source/rows-differ']);

async function writeGroup(
  { writer, request, query }: ResultReading,
  { group, paths }: SpooledGroup,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  const name = `${request.name}-${String(group.index).padStart(5, '0')}`;
  const files = await writer.write({ paths, columns: query.columns, rows: group.rows, prefix: request.prefix, name }, signal);
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  return files;
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
