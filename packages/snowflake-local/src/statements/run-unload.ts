import { randomUUID } from 'node:crypto';
import { constants, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { stageFolder } from '../database/stages.ts';
import { compilationError } from '../errors/snowflake-error.ts';
import { describeQuery, type QueryRun } from '../results/render-query.ts';
import { quoteText } from '../sql/identifiers.ts';
import type { TranslatedUnload } from '../sql/statements/translated.ts';
import { unloadQuery } from './unload-projection.ts';

interface UnloadedFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Writes a query's rows to Parquet files in a stage. Gives the query whose rows are Snowflake's answer. @throws SnowflakeError */
export async function runUnload(unload: TranslatedUnload, sql: string, handle: string, run: QueryRun): Promise<string> {
  const folder = await stageFolder(run.connection, unload.stage);
  const columns = await describeQuery({ sql, projection: unload.query.projection }, run);
  const files = await writeFiles(run.connection, unload, unloadQuery(unload, sql, columns), join(await run.place.folder(), 'unload'));
  const names = files.map((_, at) => fileName(unload, handle, at));
  if (!unload.overwrites)
    await demandAbsent(
      unload,
      names.map((name) => join(folder, name)),
    );
  for (const [at, file] of files.entries()) await moveFile(file.path, join(folder, names[at] ?? ''), unload.overwrites);
  return unload.isDetailed ? detailedAnswer(files, names) : summary(files);
}

// Smaller row groups let a small limit cut files where it should.
const SMALL_ROW_GROUP = 2048;
const USUAL_FILE_BYTES = 16_777_216;

async function writeFiles(
  connection: DuckDBConnection,
  { compression, maxFileBytes, isSingle }: TranslatedUnload,
  sql: string,
  folder: string,
): Promise<readonly UnloadedFile[]> {
  const options = [
    'FORMAT parquet',
    `COMPRESSION ${compression === 'none' ? 'uncompressed' : 'snappy'}`,
    ...(maxFileBytes < USUAL_FILE_BYTES ? [`ROW_GROUP_SIZE ${SMALL_ROW_GROUP}`] : []),
    ...(isSingle ? [] : [`FILE_SIZE_BYTES ${maxFileBytes}`]),
    'RETURN_STATS',
  ];
  await mkdir(dirname(folder), { recursive: true });
  const result = await connection.runAndReadAll(`COPY (${sql}) TO ${quoteText(folder)} (${options.join(', ')})`);
  const files = result.getRowObjectsJson().map((row) => ({
    path: String(row['filename']),
    rows: Number(row['count']),
    bytes: Number(row['file_size_bytes']),
  }));
  const filled = files.filter(({ rows }) => rows > 0);
  for (const { path } of files.filter(({ rows }) => rows === 0)) await rm(path, { force: true });
  return filled.toSorted((a, b) => numberIn(a.path) - numberIn(b.path));
}

function numberIn(path: string): number {
  return Number(/(\d+)\.parquet$/.exec(basename(path))?.[1] ?? 0);
}

function fileName({ path, compression, isSingle, includesQueryId }: TranslatedUnload, handle: string, at: number): string {
  const begin = path === '' || path.endsWith('/') ? `${path}data` : path;
  if (isSingle) return begin;
  const extension = compression === 'none' ? '.parquet' : '.snappy.parquet';
  return `${begin}${includesQueryId ? `_${handle}` : ''}_0_0_${at}${extension}`;
}

async function demandAbsent({ stage, path }: TranslatedUnload, targets: readonly string[]): Promise<void> {
  for (const target of targets) {
    if ((await stat(target).catch(() => undefined)) === undefined) continue;
    const place = `@${stage.name}${path === '' ? '' : `/${path}`}`;
    const detail = `Files already existing at the unload destination: ${place}. Use overwrite option to force unloading.`;
    throw compilationError('001030', '22000', detail);
  }
}

async function moveFile(from: string, to: string, overwrites: boolean): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    // A reader of the folder must never see a part of a file.
    const partial = join(dirname(to), `.${randomUUID()}`);
    await copyFile(from, partial, overwrites ? 0 : constants.COPYFILE_EXCL);
    await rename(partial, to);
    await rm(from);
  }
}

function detailedAnswer(files: readonly UnloadedFile[], names: readonly string[]): string {
  const rows = files.map(({ bytes, rows: count }, at) => `(${quoteText(names[at] ?? '')}, ${bytes}, ${count})`);
  const columns = 'CAST(n AS VARCHAR) AS "FILE_NAME", CAST(b AS DECIMAL(38,0)) AS "FILE_SIZE", CAST(c AS DECIMAL(38,0)) AS "ROW_COUNT"';
  return rows.length === 0
    ? `SELECT ${columns} FROM (SELECT '' AS n, 0 AS b, 0 AS c) WHERE false`
    : `SELECT ${columns} FROM (VALUES ${rows.join(', ')}) AS f(n, b, c)`;
}

function summary(files: readonly UnloadedFile[]): string {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const number = (value: number, name: string): string => `CAST(${value} AS DECIMAL(38,0)) AS "${name}"`;
  return `SELECT ${[number(rows, 'rows_unloaded'), number(bytes, 'input_bytes'), number(bytes, 'output_bytes')].join(', ')}`;
}
