import { rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DataFile, type LandedFile, type LandedRequest, type ObjectStore, objectKey, SnowmeltError } from '@snowmelt/core/ports';
import { syncFolders } from '../fs/durable.ts';
import { isAbsent, withLakeErrors } from '../fs/fs-errors.ts';
import { readDuckdbFailure } from './duckdb-error.ts';
import { identifier, literal } from './duckdb-sql.ts';
import { checkLandedSchema, landedDiffers } from './landed-schema.ts';
import { removeFile, writeParquetFile } from './parquet-file.ts';
import { landedCast } from './spool-casts.ts';
import { type CellCast, checkedValue, countMisfits } from './spool-query.ts';
import { explainMisfit } from './spool-recovery.ts';
import type { Statements } from './statements.ts';

/** Takes over files that the source wrote: checks each against what was reported, writes it typed to the lake, and removes it. */
export async function landFiles(store: ObjectStore, request: LandedRequest, statements: Statements): Promise<readonly DataFile[]> {
  const landed = request.files.map((file) => ({ file, path: landedPath(file) }));
  const written: DataFile[] = [];
  const folders = new Set<string>();
  try {
    for (const { file, path } of landed) await checkFooter(file, path, statements);
    await checkLandedSchema(
      request.columns,
      landed.map(({ path }) => path),
      statements,
    );
    for (const [index, { file, path }] of landed.entries()) {
      const { file: result, changedFolders } = await landFile(store, request, index, path, statements);
      if ((result?.rows ?? 0) !== file.rows) throw landedDiffers('a file does not hold the rows that were reported');
      if (result !== undefined) written.push(result);
      for (const folder of changedFolders) folders.add(folder);
    }
    await withLakeErrors(store.locate(objectKey(request.prefix)), 'sync folders', () => syncFolders(folders));
  } catch (error) {
    for (const { key } of written) await removeFile(store.locate(key)).catch(() => undefined);
    throw error;
  }
  // Nobody refers to them; what cannot be removed is only in the way.
  await Promise.all(landed.map(({ path }) => unlink(path).catch(() => undefined)));
  await Promise.all(landed.map(({ path }) => rmdir(dirname(path)).catch(() => undefined)));
  return written;
}

async function landFile(store: ObjectStore, request: LandedRequest, index: number, path: string, statements: Statements) {
  const key = objectKey(`${request.prefix}/${request.name}-${String(index).padStart(5, '0')}.parquet`);
  const doing = `writing the extract ${request.name}`;
  const relation = `read_parquet(${literal(path)}, hive_partitioning = false)`;
  const casts = request.columns.map((column): CellCast => {
    const cell = identifier(column.name);
    return { cell, ...landedCast(column, cell) };
  });
  const select = casts.map((cast, i) => `${checkedValue(cast, i)} AS ${cast.cell}`).join(', ');
  try {
    return await writeParquetFile(statements, store, { key, query: `SELECT ${select} FROM ${relation}`, doing });
  } catch (error) {
    await removeFile(store.locate(key)).catch(() => undefined);
    if (error instanceof SnowmeltError) throw error;
    throw await explainMisfit(readDuckdbFailure(error), {
      columns: request.columns,
      query: countMisfits(casts, relation),
      statements,
      doing,
    });
  }
}

function landedPath({ url }: LandedFile): string {
  if (url.startsWith('file:')) return fileURLToPath(url);
  throw new SnowmeltError('config/invalid', {
    message: `The stage's \`url\` starts with \`${url.split('/')[0]}\`: files that are unloaded there cannot be taken over on this machine.`,
    hint: 'On a laptop a stage is a folder (`file:///…`); use transport raw otherwise.',
    at: { field: 'source.stage.url' },
  });
}

async function checkFooter(file: LandedFile, path: string, statements: Statements): Promise<void> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw isAbsent(error) ? landedDiffers('a reported file is not there') : error;
  });
  if (size !== file.bytes) throw landedDiffers(`a file of ${file.bytes} bytes has ${size}`);
  const [footer] = await statements
    .rows(`SELECT num_rows FROM parquet_file_metadata(${literal(path)})`, 'reading the footer of an unloaded file')
    .catch((error: unknown) => {
      if (error instanceof SnowmeltError) throw error;
      throw landedDiffers('a file is not Parquet');
    });
  if (Number(footer?.[0]) !== file.rows) throw landedDiffers(`a file of ${file.rows} rows says that it has ${Number(footer?.[0])}`);
}
