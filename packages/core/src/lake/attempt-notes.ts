import { ATTEMPTS_PREFIX, objectKey } from '../layout/object-key.ts';
import type { AttemptNotes } from '../ports/attempt-notes.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Keeps notes in the lake, next to the run records. */
export function storedAttemptNotes(store: ObjectStore): AttemptNotes {
  const keyOf = (name: string) => objectKey(`${ATTEMPTS_PREFIX}${name}.json`);
  return {
    async read(name) {
      const found = await store.get(keyOf(name));
      return found === undefined ? undefined : new TextDecoder().decode(found.body);
    },
    async write(name, note) {
      const found = await store.get(keyOf(name));
      // Of two attempts at the same time one is noted; the other finishes without.
      await store.compareAndSwap(keyOf(name), new TextEncoder().encode(note), found?.tag);
    },
    clear: (name) => store.delete([keyOf(name)]),
  };
}
