import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ListedObject, objectKey } from '@snowmelt/core/ports';
import { isAbsent } from './fs-errors.ts';

/** The name at the root of the lake that holds the store's own files and is never listed. */
export const HIDDEN_FOLDER = '.tmp';

/** The files under `root` whose key starts with `prefix` and is greater than `startAfter`, by key. */
export async function listObjects(root: string, prefix: string, startAfter: string | undefined): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (start !== '') objectKey(start.slice(0, -1));
  const wanted = (key: string): boolean => key.startsWith(prefix) && (startAfter === undefined || key > startAfter);
  const mayHold = (folder: string): boolean => overlaps(folder, prefix) && (startAfter === undefined || isAhead(folder, startAfter));
  await walk(root, start, wanted, mayHold, found);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function walk(
  root: string,
  folder: string,
  wanted: (key: string) => boolean,
  mayHold: (folder: string) => boolean,
  found: ListedObject[],
): Promise<void> {
  const entries = await readEntries(join(root, folder));
  await Promise.all(
    entries.map(async (entry) => {
      const key = `${folder}${entry.name}`;
      // A backslash cannot be in a key, so such a file is no object.
      if (key === HIDDEN_FOLDER || entry.name.includes('\\')) return;
      if (entry.isDirectory() && mayHold(`${key}/`)) await walk(root, `${key}/`, wanted, mayHold, found);
      if (!entry.isFile() || !wanted(key)) return;
      const stats = await lstat(join(root, key)).catch(ignoreAbsent);
      if (stats !== undefined) found.push({ key: objectKey(key), sizeBytes: stats.size, modifiedAt: stats.mtime });
    }),
  );
}

async function readEntries(folder: string): Promise<readonly Dirent[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(ignoreAbsent)) ?? [];
}

// A file or folder that vanished since its parent was read is simply not there.
function ignoreAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}

function overlaps(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

// Whether a folder can hold a key greater than `key`.
function isAhead(folder: string, key: string): boolean {
  return folder > key || key.startsWith(folder);
}
