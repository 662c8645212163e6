import type { ObjectStore, ParquetWriter } from '@snowmelt/core/ports';

/** The life of a process that ends at an operation of a test's choosing: every later one fails as well. */
export interface Life {
  /** Runs an operation on what outlives the process. Odd numbers die before it, even ones behind it. */
  operation<T>(act: () => Promise<T>): Promise<T>;
  readonly isOver: () => boolean;
}

/** Makes a life that ends at an operation; undefined: it does not. */
export function lifeUntil(diesAt: number | undefined): Life {
  let steps = 0;
  let isOver = false;
  const step = (): void => {
    steps += 1;
    if (steps === diesAt) isOver = true;
    if (isOver) throw new Error('This process is dead.');
  };
  return {
    isOver: () => isOver,
    async operation(act) {
      step();
      const result = await act();
      step();
      return result;
    },
  };
}

/** The store as the process sees it. */
export function mortalStore(store: ObjectStore, { operation }: Life): ObjectStore {
  return {
    ...store,
    get: (key) => operation(() => store.get(key)),
    putIfAbsent: (key, body) => operation(() => store.putIfAbsent(key, body)),
    compareAndSwap: (key, body, tag) => operation(() => store.compareAndSwap(key, body, tag)),
    delete: (keys) => operation(() => store.delete(keys)),
  };
}

/** The writer as the process sees it. */
export function mortalWriter(writer: ParquetWriter, { operation }: Life): ParquetWriter {
  return {
    ...writer,
    write: (request, signal) => operation(() => writer.write(request, signal)),
    keep: (file, prefix) => operation(() => writer.keep(file, prefix)),
  };
}
