import { createHash } from 'node:crypto';
import { type ObjectKey, type ObjectStore, objectKey } from '@snowmelt/core/ports';

interface Entry {
  readonly body: Uint8Array;
  readonly tag: string;
  readonly modifiedAt: Date;
}

/** A store in memory, for tests that need no files. Stores made from the same `objects` see the same objects. */
export function memoryObjectStore(objects: Map<string, Entry> = new Map()): ObjectStore {
  const put = (key: ObjectKey, body: Uint8Array): true => {
    const tag = createHash('sha256').update(body).digest('hex');
    objects.set(key, { body: Uint8Array.from(body), tag, modifiedAt: new Date() });
    return true;
  };
  return {
    get: async (key) => {
      const entry = objects.get(objectKey(key));
      return entry === undefined ? undefined : { body: Uint8Array.from(entry.body), tag: entry.tag };
    },
    putIfAbsent: async (key, body) => !objects.has(objectKey(key)) && put(key, body),
    compareAndSwap: async (key, body, expectedTag) => objects.get(objectKey(key))?.tag === expectedTag && put(key, body),
    list: async (prefix, options) =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix) && key > (options?.startAfter ?? ''))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, entry]) => ({ key: objectKey(key), sizeBytes: entry.body.length, modifiedAt: entry.modifiedAt })),
    delete: async (keys) => {
      for (const key of keys) objects.delete(objectKey(key));
    },
    locate: (key) => `memory:${objectKey(key)}`,
  };
}
