import { createHash } from 'node:crypto';
import { createReadStream, fsync, readFile } from 'node:fs';
import { rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Json } from '@duckdb/node-api';
import type { ColumnStatistics, DataFile, ObjectKey, ObjectStore } from '@snowmelt/core/ports';
import { makeFolder, withFile } from '../fs/durable.ts';
import { isAbsent, withLakeErrors } from '../fs/fs-errors.ts';
import { literal } from './duckdb-sql.ts';
import type { Statements } from './statements.ts';

/** A file to write: the rows of a query. */
export interface ParquetTarget {
  readonly key: ObjectKey;
  readonly query: string;
  readonly doing: string;
}

/** A written file, absent if there were no rows; `changedFolders` are not synced yet. */
export interface WrittenFile {
  readonly file: DataFile | undefined;
  readonly changedFolders: readonly string[];
}

const SMALL_FILE_BYTES = 4 << 20;

/** Writes one zstd Parquet file and reports what its footer says; its bytes are on disk when this returns. */
export async function writeParquetFile(statements: Statements, store: ObjectStore, target: ParquetTarget): Promise<WrittenFile> {
  const path = store.locate(target.key);
  const folder = dirname(path);
  const made = await withLakeErrors(folder, 'make the folder', () => makeFolder(folder));
  // The folder belongs to this attempt alone and nothing refers to it yet, so there is no need for a second, temporary name.
  const options = 'FORMAT parquet, COMPRESSION zstd, RETURN_STATS true, USE_TMP_FILE false';
  const [report] = await statements.rows(`COPY (${target.query}) TO ${literal(path)} (${options})`, target.doing);
  const rows = Number(report?.[1] ?? 0);
  return await withLakeErrors(folder, 'finish a file', async () => {
    if (rows === 0) {
      await removeFile(path);
      return { file: undefined, changedFolders: [] };
    }
    const { bytes, checksum } = await sealFile(path);
    const file = { key: target.key, rows, bytes, checksum, columns: columnStatistics(report?.[4]) };
    return { file, changedFolders: [...made, folder] };
  });
}

/** Removes a file and the folder of its attempt, if they are there. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if (!isAbsent(error)) throw error;
  });
  // Other files of the attempt keep the folder; that is no error.
  await rmdir(dirname(path)).catch(() => undefined);
}

/** Gives a file's size and checksum; its bytes are on disk when this returns. */
export async function sealFile(path: string): Promise<{ readonly bytes: number; readonly checksum: string }> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  if (size > SMALL_FILE_BYTES) for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  await withFile<void>(path, 'r+', (file, done) => {
    if (size > SMALL_FILE_BYTES) return fsync(file, done);
    readFile(file, (failure, body) => {
      if (failure !== null) return done(failure);
      hash.update(body);
      fsync(file, done);
    });
  });
  return { bytes: size, checksum: `sha256:${hash.digest('hex')}` };
}

/** The statistics of a file by column, from what `RETURN_STATS` gives: a map of quoted column names to maps of texts. */
export function columnStatistics(reported: Json | undefined): Record<string, ColumnStatistics> {
  const columns: Record<string, ColumnStatistics> = {};
  for (const [name, statistics] of entriesOf(reported)) {
    const values = new Map(entriesOf(statistics));
    const [min, max] = [values.get('min'), values.get('max')];
    columns[unquote(name)] = {
      nulls: Number(values.get('null_count') ?? 0),
      ...(typeof min === 'string' ? { min } : {}),
      ...(typeof max === 'string' ? { max } : {}),
    };
  }
  return columns;
}

// A MAP comes as a list of `{key, value}`.
function entriesOf(map: Json | undefined): [string, Json][] {
  if (!Array.isArray(map)) return [];
  return map.flatMap((entry): [string, Json][] => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
    return [[String(entry['key']), entry['value'] ?? null]];
  });
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
