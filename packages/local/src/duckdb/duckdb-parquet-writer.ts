import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type DataFile, type ObjectStore, objectKey, type ParquetWriter, SnowmeltError, type SpoolRequest } from '@snowmelt/core/ports';
import { syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { ownerName, sweepLeftovers } from '../fs/process-owner.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { keepFile } from './keep-file.ts';
import { landFiles } from './landed-files.ts';
import { type ParquetTarget, removeFile, type WrittenFile, writeParquetFile } from './parquet-file.ts';
import { type Spool, spoolQuery } from './spool-query.ts';
import { firstSpool, recoverSpool, spoolFailures } from './spool-recovery.ts';
import { type Statements, withStatements } from './statements.ts';

/** What the writer works with; `spoolRoot` is a folder outside the lake. */
interface Tools {
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
  readonly spoolRoot: string;
}

type SpoolTarget = Omit<ParquetTarget, 'query'>;

/** Lets DuckDB read spooled JSON and write it as one typed Parquet file. */
export function duckdbParquetWriter(tools: Tools): ParquetWriter {
  const root = resolve(tools.spoolRoot);
  return {
    write: async (request, signal) => {
      if (request.paths.length === 0) return checkRows(request, 0, []);
      return await withStatements(tools.session, signal, spoolFailures(tools.session.tempFolder), (statements) =>
        writeSpool(tools.store, request, statements),
      );
    },
    land: async (request, signal) =>
      await withStatements(tools.session, signal, spoolFailures(tools.session.tempFolder), (statements) =>
        landFiles(tools.store, request, statements),
      ),
    keep: (file, prefix) => keepFile(tools.store, file, prefix),
    spoolFolder: (attempt) =>
      withLakeErrors(root, 'make a spool folder', async () => {
        await mkdir(root, { recursive: true });
        await sweepLeftovers(root);
        const folder = join(root, `${ownerName()}-${objectKey(attempt).replaceAll('/', '-')}`);
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder);
        return folder;
      }),
    clearSpool: (folder) => withLakeErrors(root, 'clear a spool folder', () => rm(folder, { recursive: true, force: true })),
  };
}

async function writeSpool(store: ObjectStore, request: SpoolRequest, statements: Statements): Promise<readonly DataFile[]> {
  const key = objectKey(`${request.prefix}/${request.name}.parquet`);
  const path = store.locate(key);
  const target = { key, doing: `writing the extract ${request.name}` };
  try {
    const written = await copySpool(store, target, firstSpool(request), statements);
    const files = checkRows(request, written.file?.rows ?? 0, written.file === undefined ? [] : [written.file]);
    await withLakeErrors(path, 'sync folders', () => syncFolders(written.changedFolders));
    return files;
  } catch (error) {
    await removeFile(path).catch(() => undefined);
    throw error;
  }
}

async function copySpool(store: ObjectStore, target: SpoolTarget, spool: Spool, statements: Statements): Promise<WrittenFile> {
  try {
    return await writeParquetFile(statements, store, { ...target, query: spoolQuery(spool) });
  } catch (error) {
    return await copySpool(store, target, await recoverSpool(error, spool, statements, target.doing), statements);
  }
}

function checkRows(request: SpoolRequest, rows: number, files: readonly DataFile[]): readonly DataFile[] {
  if (rows === request.rows) return files;
  throw new SnowmeltError('source/rows-differ', {
    message: `The source announced ${request.rows} rows, but ${rows} arrived.`,
    hint: 'Run again; nothing of this attempt was kept.',
  });
}
