import type { ObjectKey, ObjectStore } from '@snowmelt/core/ports';

/**
 * A store that reads some objects of another one and keeps everything else, all that is written included, in `over`: engines can
 * build from a lake and leave no trace in it.
 */
export function overlayStore({
  base,
  over,
  ofBase,
}: {
  readonly base: ObjectStore;
  readonly over: ObjectStore;
  readonly ofBase: ReadonlySet<ObjectKey>;
}): ObjectStore {
  return {
    get: async (key) => (await over.get(key)) ?? (await base.get(key)),
    putIfAbsent: async (key, body) => (await base.get(key)) === undefined && (await over.putIfAbsent(key, body)),
    compareAndSwap: (key, body, expectedTag) => over.compareAndSwap(key, body, expectedTag),
    list: (prefix, options) => over.list(prefix, options),
    delete: (keys) => over.delete(keys),
    locate: (key) => (ofBase.has(key) ? base : over).locate(key),
  };
}
