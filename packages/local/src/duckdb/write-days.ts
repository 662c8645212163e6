import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@duckdb/node-api';
import { type BuildOutput, type DataFile, type LogicalDate, logicalDate, type WrittenPartition } from '@snowmelt/core/ports';
import { allDone, forEachLimited, syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { stagingFolder } from '../fs/staging-folder.ts';
import { castList, identifier, literal, orderBy } from './duckdb-sql.ts';
import { dayKey, type OutputWriter } from './output-writer.ts';
import { columnStatistics } from './parquet-file.ts';
import { placeFile, type UnplacedFile } from './place-file.ts';
import type { Statements } from './statements.ts';

// Below this, opening a second connection costs more than it gains.
const PARALLEL_FROM = 8;
// As many files as are sealed while the next ones are written.
const MOST_DAYS_AT_ONCE = 64;
const FILES_SEALED_AT_ONCE = 8;

/** What is written so far, and which folders have to be synced in the end. */
interface Progress {
  readonly written: WrittenPartition[];
  readonly changed: Set<string>;
}

/**
 * Writes the rows of these days, a file each. One statement writes many days: DuckDB gives them names of its own in a hidden
 * folder, from where they are moved to their place, so that a day costs little more than its rows.
 */
export async function writeDays(writer: OutputWriter, output: BuildOutput, days: readonly LogicalDate[]): Promise<WrittenPartition[]> {
  if (days.length === 0) return [];
  const staging = stagingFolder(writer.store);
  const progress: Progress = { written: [], changed: new Set() };
  const waiting = groupsOf(days);
  const lane = async (statements: Statements): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      await writeGroup(writer, output, { days: group, folder: join(staging, String(waiting.length)), statements }, progress).catch(
        (error) => {
          waiting.length = 0;
          throw error;
        },
      );
    }
  };
  try {
    await withLakeErrors(staging, 'make the folder', () => mkdir(staging, { recursive: true }));
    await allDone([lane(writer.statements), ...(waiting.length > 1 ? [writer.withSecond(lane)] : [])]);
    await withLakeErrors(output.prefix, 'sync folders', () => syncFolders(progress.changed));
    return progress.written.sort((a, b) => (a.day < b.day ? -1 : 1));
  } finally {
    // What cannot be removed now, the next process removes.
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}

// Two lanes take turns, so there is an even number of groups.
function groupsOf(days: readonly LogicalDate[]): LogicalDate[][] {
  if (days.length < PARALLEL_FROM) return [[...days]];
  const size = Math.ceil(days.length / (2 * Math.ceil(days.length / (2 * MOST_DAYS_AT_ONCE))));
  return Array.from({ length: Math.ceil(days.length / size) }, (_, i) => days.slice(i * size, (i + 1) * size));
}

interface Group {
  readonly days: readonly LogicalDate[];
  readonly folder: string;
  readonly statements: Statements;
}

async function writeGroup(writer: OutputWriter, output: BuildOutput, group: Group, progress: Progress): Promise<void> {
  const { dataset } = writer;
  const [first = '', last = ''] = [group.days[0], group.days.at(-1)];
  const options = 'FORMAT parquet, COMPRESSION zstd, RETURN_STATS true, PARTITION_BY ("_day")';
  const copy = `COPY (${groupQuery(output, first, last)}) TO ${literal(group.folder)} (${options})`;
  const files = (await group.statements.rows(copy, `writing ${dataset} of ${first} to ${last}`)).map(stagedFile);
  const parts = new Map<LogicalDate, StagedFile[]>();
  for (const file of files.sort((a, b) => (a.path < b.path ? -1 : 1))) parts.set(file.day, [...(parts.get(file.day) ?? []), file]);
  await forEachLimited(parts, FILES_SEALED_AT_ONCE, async ([day, staged]) => {
    const placed: DataFile[] = [];
    for (const file of staged) placed.push(await placeFile(writer, file, dayKey(writer, output, day, placed.length), progress.changed));
    progress.written.push({ day, rows: placed.reduce((sum, { rows }) => sum + rows, 0), files: placed });
  });
}

// Files written by several threads would not be in order: numbering the rows takes the sorted ones through a single one.
function groupQuery(output: BuildOutput, first: string, last: string): string {
  const columns = output.columns.map((column) => identifier(column.name)).join(', ');
  const rows = `SELECT ${castList(output.columns)}, CAST("_day" AS DATE) AS "_day" FROM ${identifier(output.from)}`;
  const sorted = `SELECT * FROM (${rows}) AS "_all" WHERE "_day" BETWEEN DATE ${literal(first)} AND DATE ${literal(last)}${orderBy(['_day', ...output.sortBy])}`;
  return `SELECT ${columns}, "_day" FROM (SELECT *, row_number() OVER () AS "_number" FROM (${sorted}) AS "_sorted") AS "_numbered" WHERE "_number" > 0`;
}

interface StagedFile extends UnplacedFile {
  readonly day: LogicalDate;
}

// RETURN_STATS tells of each file: its name, rows, bytes, bytes of the footer, statistics.
function stagedFile([path, rows, , , statistics]: readonly Json[]): StagedFile {
  const [, day = ''] = /_day=(\d{4}-\d\d-\d\d)[/\\][^/\\]*$/.exec(String(path)) ?? [];
  return { day: logicalDate(day), path: String(path), rows: Number(rows), columns: columnStatistics(statistics) };
}
