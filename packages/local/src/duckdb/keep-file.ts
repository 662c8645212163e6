import { copyFile, link, unlink, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DataFile, type ObjectStore, objectKey } from '@snowmelt/core/ports';
import { makeFolder, syncFolders } from '../fs/durable.ts';
import { errnoOf, isAbsent, withLakeErrors } from '../fs/fs-errors.ts';
import { sealFile } from './parquet-file.ts';

/**
 * Puts a file that an earlier attempt wrote under another prefix as well. It stays where it was: the attempt that wrote it
 * may still be alive. Undefined if it is gone or has other bytes.
 */
export async function keepFile(store: ObjectStore, file: DataFile, prefix: string): Promise<DataFile | undefined> {
  const key = objectKey(`${prefix}/${file.key.slice(file.key.lastIndexOf('/') + 1)}`);
  const [from, to] = [store.locate(file.key), store.locate(key)];
  return await withLakeErrors(dirname(to), 'keep a file', async () => {
    const made = await makeFolder(dirname(to));
    if (!(await linked(from, to))) return undefined;
    const { bytes, checksum } = await sealFile(to);
    if (bytes !== file.bytes || checksum !== file.checksum) {
      await unlink(to);
      return undefined;
    }
    // A link is as old as its file, and vacuum removes old files that nothing refers to yet.
    const now = new Date();
    await utimes(to, now, now);
    await syncFolders([...made, dirname(to)]);
    return { ...file, key };
  });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (isAbsent(error)) return false;
    if (errnoOf(error) === 'EEXIST') return true;
    // Not every file system knows links.
    await copyFile(from, to);
  }
  return true;
}
