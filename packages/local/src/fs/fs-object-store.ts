import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ListedObject, type ObjectKey, type ObjectStore, objectKey, SnowmeltError, type StoredObject } from '@snowmelt/core/ports';
import { forEachLimited, makeFolder, syncFolders, writeNewFile } from './durable.ts';
import { errnoOf, isAbsent, withLakeErrors } from './fs-errors.ts';
import { HIDDEN_FOLDER, listObjects } from './list-objects.ts';
import { sweepLeftovers, uniqueName } from './process-owner.ts';
import { withWriteLock } from './write-lock.ts';

const MAKE_FOLDER_TRIES = 20;

/**
 * Keeps a lake in a folder; safe for several processes of one machine at a time.
 *
 * An object is written to a hidden file, synced, and then given its name in one act: `link` where it must be new, `rename`
 * where it replaces. Compare-and-swap and delete hold a lock on the key (see `write-lock.ts`); creating needs none.
 *
 * @example
 * ```ts
 * const store = fsObjectStore({ root: './lake' });
 * await store.putIfAbsent(objectKey('artifacts/note.txt'), new TextEncoder().encode('hello')); // true, and false ever after
 * ```
 */
export function fsObjectStore(options: { readonly root: string }): ObjectStore {
  const root = resolve(options.root);
  const paths = { root, hidden: join(root, HIDDEN_FOLDER), locks: join(root, HIDDEN_FOLDER, 'locks') };
  const prepare = once(async () => {
    await mkdir(paths.locks, { recursive: true });
    await sweepLeftovers(paths.hidden);
    await sweepLeftovers(paths.locks);
  });
  const locate = (key: ObjectKey): string => pathOf(root, key);
  const attempt = <T>(action: string, operation: () => Promise<T>): Promise<T> => withLakeErrors(root, action, operation);
  const change = <T>(key: ObjectKey, operation: (path: string) => Promise<T>): Promise<T> =>
    attempt(`write \`${key}\``, async () => {
      const path = locate(key);
      await prepare();
      return await operation(path);
    });
  return {
    get: (key) => attempt(`read \`${key}\``, () => read(locate(key))),
    putIfAbsent: (key, body) => change(key, (path) => create(paths.hidden, path, body)),
    compareAndSwap: (key, body, expectedTag) =>
      change(key, (path) =>
        expectedTag === undefined
          ? create(paths.hidden, path, body)
          : withWriteLock(paths.locks, key, () => replace(paths.hidden, path, body, expectedTag)),
      ),
    list: (prefix, listOptions): Promise<readonly ListedObject[]> =>
      attempt(`list \`${prefix}\``, () => listObjects(root, prefix, listOptions?.startAfter)),
    delete: (keys) => forEachLimited(keys, 8, (key) => change(key, (path) => withWriteLock(paths.locks, key, () => remove(root, path)))),
    locate,
  };
}

function pathOf(root: string, key: ObjectKey): string {
  const parts = objectKey(key).split('/');
  if (parts[0] === HIDDEN_FOLDER) {
    throw new SnowmeltError('internal/unexpected', { message: `\`${key}\` is a name that the lake keeps for itself.` });
  }
  return join(root, ...parts);
}

async function read(path: string): Promise<StoredObject | undefined> {
  try {
    const body = await readFile(path);
    return { body, tag: tagOf(body) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function tagOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

async function create(hidden: string, path: string, body: Uint8Array): Promise<boolean> {
  return await withTemporaryFile(hidden, body, async (temporary) => {
    for (let tries = 1; ; tries++) {
      const changed = await makeFolder(dirname(path));
      try {
        const isNew = await linkNew(temporary, path);
        // Also when somebody else's object is in the way: what is built on seeing it must not outlive it.
        await syncFolders([...changed, dirname(path)]);
        return isNew;
      } catch (error) {
        // The folder was empty until now, so a delete may have taken it away.
        if (errnoOf(error) !== 'ENOENT' || tries === MAKE_FOLDER_TRIES) throw error;
      }
    }
  });
}

async function linkNew(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function replace(hidden: string, path: string, body: Uint8Array, expectedTag: string): Promise<boolean> {
  const current = await read(path);
  if (current?.tag !== expectedTag) return false;
  await withTemporaryFile(hidden, body, (temporary) => rename(temporary, path));
  await syncFolders([dirname(path)]);
  return true;
}

async function withTemporaryFile<T>(hidden: string, body: Uint8Array, use: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(hidden, uniqueName());
  try {
    await writeNewFile(temporary, body);
    return await use(temporary);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

async function remove(root: string, path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  await removeEmptyFolders(root, dirname(path));
}

// An empty folder would be in the way of an object of its name. The first one that holds something ends it.
async function removeEmptyFolders(root: string, lowest: string): Promise<void> {
  try {
    for (let folder = lowest; folder !== root; folder = dirname(folder)) await rmdir(folder);
  } catch {}
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    done.catch(() => {
      done = undefined;
    });
    return done;
  };
}
