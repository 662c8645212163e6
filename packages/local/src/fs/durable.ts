import { close, fsync, open } from 'node:fs';
import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './fs-errors.ts';

/** Makes a folder and its parents; returns the folders whose entries changed, which {@link syncFolders} must be given. */
export async function makeFolder(folder: string): Promise<readonly string[]> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return [];
  const changed: string[] = [];
  const top = dirname(first);
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    changed.push(parent);
    if (parent === top || parent === dirname(parent)) return changed;
  }
}

/** Makes the entries of folders survive a power failure. */
export async function syncFolders(folders: Iterable<string>): Promise<void> {
  await forEachLimited(new Set(folders), 4, syncFolder);
}

async function syncFolder(folder: string): Promise<void> {
  try {
    await withFile(folder, 'r', (file, done) => fsync(file, done));
  } catch (error) {
    // Windows cannot open folders and some network file systems cannot sync them; there the entry is as durable as it gets.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/**
 * Opens a file for `act`, which calls back when it has done with it. A load syncs hundreds of files and folders, and the handles
 * of `node:fs/promises` would cost more than that.
 */
export function withFile<T>(path: string, flags: string, act: (file: number, done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    open(path, flags, (failure, file) => {
      if (failure !== null) return reject(failure);
      act(file, (error, result) => {
        close(file, (closing) => {
          const first = error ?? closing;
          if (first) reject(first);
          else resolve(result as T);
        });
      });
    });
  });
}

/** How a file operation ends. */
export type Done<T> = (error: Error | null | undefined, result?: T) => void;

/** Writes a new file whose bytes are on disk when this returns. Fails with `EEXIST` if there is one. */
export async function writeNewFile(path: string, body: Uint8Array): Promise<void> {
  const handle = await openFile(path, 'wx');
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Calls `act` for every item, at most `limit` at a time. After a failure no further item is begun; it is thrown once none is under way. */
export async function forEachLimited<T>(items: Iterable<T>, limit: number, act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await allDone(Array.from({ length: Math.min(limit, waiting.length) }, worker));
}

/** Waits for all, even if one fails, and then throws the first failure. */
export async function allDone(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
