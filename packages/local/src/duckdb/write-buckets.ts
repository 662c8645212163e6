import { type BuildOutput, bucketFile, type DataFile, fillTemplate, type WrittenPartition } from '@snowmelt/core/ports';
import { syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { castList, identifier, orderBy } from './duckdb-sql.ts';
import type { OutputWriter } from './output-writer.ts';
import { writeParquetFile } from './parquet-file.ts';

/** Writes an output that is divided by key: a file for each touched bucket that has rows. */
export async function writeBuckets(
  writer: OutputWriter,
  output: BuildOutput,
  { day, touched }: Extract<BuildOutput['partition'], { kind: 'buckets' }>,
): Promise<readonly WrittenPartition[]> {
  const found = await writer.statements.rows(touched.duckdb, `finding which parts of ${writer.dataset} change`);
  const buckets = found.map(([bucket]) => Number(bucket)).sort((a, b) => a - b);
  const files: DataFile[] = [];
  const changed = new Set<string>();
  for (const bucket of buckets) {
    const key = bucketFile(fillTemplate(output.prefix, day, writer.attempt), bucket);
    writer.onKey(key);
    const query = `SELECT ${castList(output.columns)} FROM ${identifier(output.from)} WHERE "_bucket" = ${bucket}${orderBy(output.sortBy)}`;
    const { file, changedFolders } = await writeParquetFile(writer.statements, writer.store, {
      key,
      query,
      doing: `writing ${writer.dataset}`,
    });
    for (const folder of changedFolders) changed.add(folder);
    if (file !== undefined) files.push(file);
  }
  await withLakeErrors(output.prefix, 'sync folders', () => syncFolders(changed));
  return [{ day, rows: files.reduce((sum, { rows }) => sum + rows, 0), files, buckets }];
}
