import {
  ATTEMPT,
  type BuildOutput,
  type DatasetName,
  type LogicalDate,
  logicalDate,
  type ObjectKey,
  type ObjectStore,
  objectKey,
  SnowmeltError,
  type WrittenPartition,
} from '@snowmelt/core/ports';
import { allDone, syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { castList, identifier, literal, orderBy } from './duckdb-sql.ts';
import { type WrittenFile, writeParquetFile } from './parquet-file.ts';
import type { Statements } from './statements.ts';
import { writeBuckets } from './write-buckets.ts';

/** What writing the outputs of one build needs. */
export interface OutputWriter {
  readonly dataset: DatasetName;
  readonly attempt: string;
  readonly store: ObjectStore;
  readonly statements: Statements;
  /** Runs `act` with another connection, so that two files are written at a time. */
  readonly withSecond: (act: (statements: Statements) => Promise<void>) => Promise<void>;
  /** Is told every key before it is written, for whoever cleans up after a failure. */
  readonly onKey: (key: ObjectKey) => void;
}

/** The rows of one day of an output. */
interface DayQuery {
  readonly day: LogicalDate;
  readonly query: string;
}

// Below this, opening a second connection costs more than it gains.
const PARALLEL_FROM = 8;
let scratchTables = 0;

/** Writes one output: a file for each day that has rows. @throws build/row-outside-partition */
export async function writeOutput(writer: OutputWriter, output: BuildOutput): Promise<readonly WrittenPartition[]> {
  const { partition } = output;
  if (partition.kind === 'day') {
    const query = `SELECT ${castList(output.columns)} FROM ${identifier(output.from)}${orderBy(output.sortBy)}`;
    return await writeDays(writer, output, [{ day: partition.day, query }]);
  }
  if (partition.kind === 'buckets') return await writeBuckets(writer, output, partition);
  // Temporary tables belong to one connection; this one is read by two.
  scratchTables += 1;
  const scratch = identifier(`__output_${scratchTables}`);
  const doing = `sorting ${writer.dataset} by day`;
  try {
    const select = `SELECT ${castList(output.columns)}, CAST("_day" AS DATE) AS "_day" FROM ${identifier(output.from)}`;
    await writer.statements.run(`CREATE TABLE ${scratch} AS ${select} ORDER BY "_day"`, doing);
    const found = await readDays(writer, scratch, partition.only);
    const days = found.map((day) => ({ day, query: dayQuery(output, scratch, day) }));
    const written = await writeDays(writer, output, days);
    return fillIn(written, partition.only ?? []);
  } finally {
    await writer.statements.dispose(`DROP TABLE IF EXISTS ${scratch}`);
  }
}

function dayQuery(output: BuildOutput, scratch: string, day: LogicalDate): string {
  const columns = output.columns.map((column) => identifier(column.name)).join(', ');
  return `SELECT ${columns} FROM ${scratch} WHERE "_day" = DATE ${literal(day)}${orderBy(output.sortBy)}`;
}

async function readDays(writer: OutputWriter, scratch: string, only: readonly LogicalDate[] | undefined): Promise<LogicalDate[]> {
  const counts = await writer.statements.rows(
    `SELECT CAST("_day" AS VARCHAR), count(*) FROM ${scratch} GROUP BY 1 ORDER BY 1`,
    `counting the rows of ${writer.dataset}`,
  );
  const allowed = only === undefined ? undefined : new Set<unknown>(only);
  const isInside = (day: unknown): boolean => (allowed === undefined ? /^\d{4}-\d\d-\d\d$/.test(String(day)) : allowed.has(day));
  const outside = counts.filter(([day]) => !isInside(day)).reduce((sum, [, rows]) => sum + Number(rows), 0);
  if (outside > 0) throw outsidePartition(writer.dataset, outside, only);
  return counts.map(([day]) => logicalDate(String(day)));
}

function outsidePartition(dataset: DatasetName, rows: number, only: readonly LogicalDate[] | undefined): SnowmeltError {
  const asked = only === undefined ? 'no day of the calendar' : 'another day than the ones asked for, or to none';
  return new SnowmeltError('build/row-outside-partition', {
    message: `${rows} row(s) of ${dataset} belong to ${asked}.`,
    hint: 'The event time of a row must be a date, and must be that of the input rows it was made from.',
    at: { dataset },
  });
}

async function writeDays(writer: OutputWriter, output: BuildOutput, days: readonly DayQuery[]): Promise<WrittenPartition[]> {
  const written: WrittenPartition[] = [];
  const changed = new Set<string>();
  const waiting = [...days];
  const writeSome = async (statements: Statements): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await writeDay(writer, output, next, statements).catch((error) => {
        waiting.length = 0;
        throw error;
      });
      for (const folder of result.changedFolders) changed.add(folder);
      written.push({ day: next.day, rows: result.file?.rows ?? 0, files: result.file === undefined ? [] : [result.file] });
    }
  };
  const isParallel = days.length >= PARALLEL_FROM;
  await allDone([writeSome(writer.statements), ...(isParallel ? [writer.withSecond(writeSome)] : [])]);
  await withLakeErrors(output.prefix, 'sync folders', () => syncFolders(changed));
  return written.sort(byDay);
}

async function writeDay(writer: OutputWriter, output: BuildOutput, { day, query }: DayQuery, statements: Statements): Promise<WrittenFile> {
  const key = objectKey(`${fillPrefix(output.prefix, day, writer.attempt)}/part-0.parquet`);
  writer.onKey(key);
  return await writeParquetFile(statements, writer.store, { key, query, doing: `writing ${writer.dataset} of ${day}` });
}

function fillIn(written: readonly WrittenPartition[], only: readonly LogicalDate[]): readonly WrittenPartition[] {
  const present = new Set(written.map((partition) => partition.day));
  const empty = only.filter((day) => !present.has(day)).map((day) => ({ day, rows: 0, files: [] }));
  return [...written, ...empty].sort(byDay);
}

function byDay(a: WrittenPartition, b: WrittenPartition): number {
  return a.day < b.day ? -1 : 1;
}

/** Puts a day and an attempt into a planned folder. */
function fillPrefix(prefix: string, day: LogicalDate, attempt: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return prefix.replaceAll('{year}', year).replaceAll('{month}', month).replaceAll('{day}', date).replaceAll(ATTEMPT, attempt);
}
