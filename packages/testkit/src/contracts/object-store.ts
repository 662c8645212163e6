import { once } from 'node:events';
import { LOCAL_CATALOG_PREFIX, type ObjectKey, type ObjectStore, objectKey } from '@snowmelt/core/ports';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputOf, type StoreRecipe, startStoreChild } from '../child-store.ts';

/** A store to test, empty. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Another handle on the same objects, as another process would open it. */
  readonly reopen: () => ObjectStore;
  /** How another process opens the same objects; absent for stores that live in one process. */
  readonly recipe?: StoreRecipe;
  readonly dispose?: () => Promise<void>;
}

/** The promise of the ObjectStore port, as tests. A store of which no other process can have a handle says so with `processes: 'one'`. */
export function objectStoreContract(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  capabilities: { readonly processes: 'one' | 'many' } = { processes: 'many' },
): void {
  describe(`${name} keeps the promise of an ObjectStore`, () => {
    let subject: StoreUnderTest;
    beforeEach(async () => {
      subject = await makeStore();
    });
    afterEach(async () => {
      await subject.dispose?.();
    });
    readAndCreate(() => subject);
    compareAndSwap(() => subject);
    listing(() => subject);
    deleting(() => subject);
    if (capabilities.processes === 'many') severalProcesses(() => subject);
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (store: ObjectStore, key: ObjectKey): Promise<string | undefined> => {
  const found = await store.get(key);
  return found === undefined ? undefined : new TextDecoder().decode(found.body);
};
const keysOf = async (store: ObjectStore, prefix: string, startAfter?: string): Promise<readonly string[]> => {
  const listed = await store.list(prefix, startAfter === undefined ? undefined : { startAfter });
  return listed.map((entry) => entry.key);
};
const tagOf = async (store: ObjectStore, key: ObjectKey): Promise<string> => (await store.get(key))?.tag ?? '';

function readAndCreate(subject: () => StoreUnderTest): void {
  const key = objectKey('artifacts/a/b.json');

  it('has no object that was not written', async () => {
    expect(await subject().store.get(key)).toBeUndefined();
    expect(await subject().store.get(objectKey('artifacts'))).toBeUndefined();
  });

  it('gives back what was written, also to another process', async () => {
    expect(await subject().store.putIfAbsent(key, bytes('hello'))).toBe(true);
    expect(await textOf(subject().store, key)).toBe('hello');
    expect(await textOf(subject().reopen(), key)).toBe('hello');
  });

  it('keeps any bytes, and none', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    await subject().store.putIfAbsent(objectKey('x/all'), all);
    await subject().store.putIfAbsent(objectKey('x/none'), new Uint8Array());
    expect(new Uint8Array((await subject().store.get(objectKey('x/all')))?.body ?? [])).toEqual(all);
    expect((await subject().store.get(objectKey('x/none')))?.body.length).toBe(0);
  });

  it('does not create an object twice', async () => {
    await subject().store.putIfAbsent(key, bytes('first'));
    expect(await subject().reopen().putIfAbsent(key, bytes('second'))).toBe(false);
    expect(await textOf(subject().store, key)).toBe('first');
  });

  it('lets exactly one of many creators win', async () => {
    const stores = [subject().store, subject().reopen()];
    const tries = Array.from({ length: 40 }, (_, i) => stores[i % 2]?.putIfAbsent(key, bytes(String(i))));
    const won = (await Promise.all(tries)).flatMap((isNew, i) => (isNew === true ? [String(i)] : []));
    expect(won).toHaveLength(1);
    expect(await textOf(subject().store, key)).toBe(won[0]);
  });

  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', './a', 'a\\b'])('refuses the key %j', async (bad) => {
    // Written by hand: `objectKey` would not let it through.
    const forged = bad as ObjectKey;
    await expect(subject().store.putIfAbsent(forged, bytes('x'))).rejects.toMatchObject({ code: 'internal/unexpected' });
    await expect(subject().store.get(forged)).rejects.toMatchObject({ code: 'internal/unexpected' });
  });
}

function compareAndSwap(subject: () => StoreUnderTest): void {
  const key = objectKey('artifacts/pointer.json');

  it('replaces an object whose tag is the expected one', async () => {
    await subject().store.putIfAbsent(key, bytes('one'));
    const tag = await tagOf(subject().store, key);
    expect(await subject().store.compareAndSwap(key, bytes('two'), tag)).toBe(true);
    expect(await textOf(subject().store, key)).toBe('two');
    expect(await subject().store.compareAndSwap(key, bytes('three'), tag)).toBe(false);
    expect(await textOf(subject().store, key)).toBe('two');
  });

  it('creates with no expected tag, only where there is nothing', async () => {
    expect(await subject().store.compareAndSwap(key, bytes('one'), undefined)).toBe(true);
    expect(await subject().store.compareAndSwap(key, bytes('two'), undefined)).toBe(false);
    expect(await textOf(subject().store, key)).toBe('one');
  });

  it('does not replace what is not there', async () => {
    expect(await subject().store.compareAndSwap(key, bytes('one'), 'a tag')).toBe(false);
    expect(await subject().store.get(key)).toBeUndefined();
  });

  it('lets exactly one of many swappers win', async () => {
    await subject().store.putIfAbsent(key, bytes('start'));
    const tag = await tagOf(subject().store, key);
    const stores = [subject().store, subject().reopen()];
    const tries = Array.from({ length: 20 }, (_, i) => stores[i % 2]?.compareAndSwap(key, bytes(String(i)), tag));
    const won = (await Promise.all(tries)).flatMap((isDone, i) => (isDone === true ? [String(i)] : []));
    expect(won).toHaveLength(1);
    expect(await textOf(subject().store, key)).toBe(won[0]);
  });
}

function listing(subject: () => StoreUnderTest): void {
  it('lists nothing where nothing is', async () => {
    expect(await subject().store.list('')).toEqual([]);
    expect(await subject().store.list('silver/year=2024/')).toEqual([]);
  });

  it('lists objects of all depths by key, with size and time', async () => {
    const { store } = subject();
    for (const key of ['b/2', 'a/1/x', 'a/1.json', 'a/10', 'a-b', 'a/1/y/z']) await store.putIfAbsent(objectKey(key), bytes(key));
    expect(await keysOf(store, '')).toEqual(['a-b', 'a/1.json', 'a/1/x', 'a/1/y/z', 'a/10', 'b/2']);
    const [first] = await store.list('a-b');
    expect(first?.sizeBytes).toBe(3);
    expect(Math.abs(Date.now() - (first?.modifiedAt.getTime() ?? 0))).toBeLessThan(60_000);
  });

  it('takes a prefix that ends within a name', async () => {
    const { store } = subject();
    for (const key of ['s/year=2024/a', 's/year=2025/b', 's/other']) await store.putIfAbsent(objectKey(key), bytes('x'));
    expect(await keysOf(store, 's/year=202')).toEqual(['s/year=2024/a', 's/year=2025/b']);
    expect(await keysOf(store, 's/year=2025/b')).toEqual(['s/year=2025/b']);
    expect(await keysOf(store, 's/year=2025/b/')).toEqual([]);
  });

  it('is the sorted set of keys, for any keys, prefix and start', async () => {
    const part = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'ab', 'day=01', 'A', '_', '00000012.json');
    const keys = fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 3 }), { maxLength: 12, selector: (parts) => parts.join('/') });
    await fc.assert(
      fc.asyncProperty(
        keys,
        fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '-'), maxLength: 4 }),
        part,
        async (paths, raw, start) => {
          const prefix = raw
            .replace(/\/+/g, '/')
            .replace(/(^|\/)\.{1,2}(?=\/)/g, '')
            .replace(/^\//, '');
          const { store } = subject();
          await store.delete((await store.list('')).map((entry) => entry.key));
          const written: string[] = [];
          for (const path of paths) {
            const key = path.join('/');
            // A folder cannot also be an object: file systems do not allow what S3 does, and no key of the lake needs it.
            if (written.some((other) => other.startsWith(`${key}/`) || key.startsWith(`${other}/`))) continue;
            await store.putIfAbsent(objectKey(key), bytes(key));
            written.push(key);
          }
          const expected = written.filter((key) => key.startsWith(prefix)).sort();
          expect(await keysOf(store, prefix)).toEqual(expected);
          expect(await keysOf(store, prefix, start)).toEqual(expected.filter((key) => key > start));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('starts after a key, whether it exists or not', async () => {
    const { store } = subject();
    const log = (version: number): string => `${LOCAL_CATALOG_PREFIX}t/${String(version).padStart(8, '0')}.json`;
    for (let version = 1; version <= 12; version++) await store.putIfAbsent(objectKey(log(version)), bytes('{}'));
    expect(await keysOf(store, `${LOCAL_CATALOG_PREFIX}t/`, log(10))).toEqual([log(11), log(12)]);
    expect(await keysOf(store, LOCAL_CATALOG_PREFIX, log(11).slice(0, -5))).toEqual([log(11), log(12)]);
    expect(await keysOf(store, LOCAL_CATALOG_PREFIX, `${LOCAL_CATALOG_PREFIX}u`)).toEqual([]);
  });
}

function deleting(subject: () => StoreUnderTest): void {
  it('deletes objects and ignores those that are not there', async () => {
    const { store } = subject();
    const [kept, gone] = [objectKey('d/kept'), objectKey('d/gone')];
    await store.putIfAbsent(kept, bytes('1'));
    await store.putIfAbsent(gone, bytes('2'));
    await store.delete([gone, objectKey('d/never'), objectKey('e/f/never')]);
    expect(await keysOf(subject().reopen(), '')).toEqual(['d/kept']);
    expect(await store.putIfAbsent(gone, bytes('3'))).toBe(true);
    await store.delete([]);
  });
}

function severalProcesses(subject: () => StoreUnderTest): void {
  it('lets exactly one of several processes create each object', async () => {
    const { store } = subject();
    const recipe = recipeOf(subject());
    const children = Array.from({ length: 3 }, () => startStoreChild(recipe, 'create', 'race/', '60'));
    const created = (await Promise.all(children.map(outputOf))).flatMap((output): number[] => JSON.parse(output));
    expect(created.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(await keysOf(store, 'race/')).toHaveLength(60);
  });

  it('loses no update of several processes that swap the same object', async () => {
    const { store } = subject();
    const recipe = recipeOf(subject());
    const key = objectKey('counter');
    await Promise.all(Array.from({ length: 3 }, () => outputOf(startStoreChild(recipe, 'increment', key, '30'))));
    expect(await textOf(store, key)).toBe('90');
  });

  it('shows whole objects only, whenever their writer is killed', async () => {
    const { store, reopen } = subject();
    const recipe = recipeOf(subject());
    const sizeBytes = 2_000_000;
    for (let round = 0; round < 4; round++) {
      const child = startStoreChild(recipe, 'writeForever', 'big/', String(sizeBytes));
      const exit = once(child, 'exit');
      if (child.stdout !== null) await once(child.stdout, 'data');
      for (let reads = 0; reads < 10 + 7 * round; reads++) await expectWhole(store, sizeBytes);
      child.kill('SIGKILL');
      await exit;
      await expectWhole(reopen(), sizeBytes);
    }
    // What the dead left behind neither shows nor stands in the way.
    const [first] = await store.list('big/');
    expect(first === undefined ? false : await store.compareAndSwap(first.key, bytes('x'), await tagOf(store, first.key))).toBe(true);
  });
}

function recipeOf({ recipe }: StoreUnderTest): StoreRecipe {
  if (recipe === undefined) throw new Error('A store for many processes must say how another process opens it.');
  return recipe;
}

async function expectWhole(store: ObjectStore, sizeBytes: number): Promise<void> {
  const listed = await store.list('');
  expect(listed.every((entry) => entry.key.startsWith('big/') && entry.sizeBytes === sizeBytes)).toBe(true);
  const some = listed[Math.floor(Math.random() * listed.length)];
  const found = some === undefined ? undefined : await store.get(some.key);
  const body = Buffer.from(found?.body ?? 'x');
  expect(body.equals(Buffer.alloc(body.length, body[0]))).toBe(true);
}
