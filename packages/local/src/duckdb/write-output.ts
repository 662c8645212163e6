import type { BuildOutput, LogicalDate, WrittenPartition } from '@snowmelt/core/ports';
import { syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { countDays } from './count-days.ts';
import { castList, identifier, orderBy } from './duckdb-sql.ts';
import { dayKey, type OutputWriter } from './output-writer.ts';
import { writeParquetFile } from './parquet-file.ts';
import { writeBuckets } from './write-buckets.ts';
import { writeDays } from './write-days.ts';

/** Writes one output: files for each day that has rows. @throws build/row-outside-partition */
export async function writeOutput(writer: OutputWriter, output: BuildOutput): Promise<readonly WrittenPartition[]> {
  const { partition } = output;
  if (partition.kind === 'day') return [await writeOneDay(writer, output, partition.day)];
  if (partition.kind === 'buckets') return await writeBuckets(writer, output, partition);
  const days = await countDays(writer, output.from, partition.only);
  const written = await writeDays(
    writer,
    output,
    days.map(({ day }) => day),
  );
  return fillIn(written, partition.only ?? []);
}

async function writeOneDay(writer: OutputWriter, output: BuildOutput, day: LogicalDate): Promise<WrittenPartition> {
  const key = dayKey(writer, output, day, 0);
  writer.onKey(key);
  const query = `SELECT ${castList(output.columns)} FROM ${identifier(output.from)}${orderBy(output.sortBy)}`;
  const { file, changedFolders } = await writeParquetFile(writer.statements, writer.store, {
    key,
    query,
    doing: `writing ${writer.dataset} of ${day}`,
  });
  await withLakeErrors(output.prefix, 'sync folders', () => syncFolders(changedFolders));
  return { day, rows: file?.rows ?? 0, files: file === undefined ? [] : [file] };
}

function fillIn(written: readonly WrittenPartition[], only: readonly LogicalDate[]): readonly WrittenPartition[] {
  const present = new Set(written.map((partition) => partition.day));
  const empty = only.filter((day) => !present.has(day)).map((day) => ({ day, rows: 0, files: [] }));
  return [...written, ...empty].sort((a, b) => (a.day < b.day ? -1 : 1));
}
