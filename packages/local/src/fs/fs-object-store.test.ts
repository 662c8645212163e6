import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { objectKey } from '@snowmelt/core/ports';
import { objectStoreContract } from '@snowmelt/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fsObjectStore } from './fs-object-store.ts';
import { ownerName } from './process-owner.ts';

async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'snowmelt-store-'));
}

objectStoreContract('fsObjectStore', async () => {
  const root = await temporaryFolder();
  return {
    store: fsObjectStore({ root }),
    reopen: () => fsObjectStore({ root }),
    recipe: { module: fileURLToPath(new URL('./fs-object-store.ts', import.meta.url)), factory: 'fsObjectStore', options: { root } },
    dispose: () => rm(root, { recursive: true, force: true }),
  };
});

const [, host = ''] = ownerName().split('-');

describe('fsObjectStore', () => {
  async function newRoot(): Promise<string> {
    const root = await temporaryFolder();
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    return root;
  }
  const body = new TextEncoder().encode('x');

  it('touches nothing until it writes', async () => {
    const root = join(await newRoot(), 'lake');
    const store = fsObjectStore({ root });
    expect(await store.list('')).toEqual([]);
    expect(await store.get(objectKey('a'))).toBeUndefined();
    await expect(readdir(root)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves no temporary file behind', async () => {
    const root = await newRoot();
    const store = fsObjectStore({ root });
    await store.putIfAbsent(objectKey('a/b'), body);
    await store.putIfAbsent(objectKey('a/b'), body);
    await store.compareAndSwap(objectKey('a/b'), new Uint8Array([1]), (await store.get(objectKey('a/b')))?.tag);
    expect(await readdir(join(root, '.tmp'))).toEqual(['locks']);
    expect(await readdir(join(root, '.tmp', 'locks'))).toEqual([]);
  });

  it('sweeps what dead processes and days gone by left, and nothing else', async () => {
    const root = await newRoot();
    await mkdir(join(root, '.tmp'), { recursive: true });
    await fsObjectStore({ root }).putIfAbsent(objectKey('first'), body);
    // No process has that id: it is above what any system gives out.
    const dead = `999999999-${host}-00000000-1`;
    const old = '1-ffffffff-00000000-1';
    const young = '1-ffffffff-00000000-2';
    for (const name of [dead, old, young, 'not-ours']) await writeFile(join(root, '.tmp', name), '');
    await utimes(join(root, '.tmp', old), new Date(0), new Date(0));
    await fsObjectStore({ root }).putIfAbsent(objectKey('second'), body);
    expect((await readdir(join(root, '.tmp'))).sort()).toEqual([young, 'locks', 'not-ours'].sort());
  });

  it('does not wait for the lock of a dead process', async () => {
    const root = await newRoot();
    const store = fsObjectStore({ root });
    await store.putIfAbsent(objectKey('a'), body);
    const dead = `999999999-${host}-00000000-1`;
    const suffix = 'ca978112ca1bbdcafac231b39a23dc4d';
    await writeFile(join(root, '.tmp', 'locks', `${dead}.${suffix}`), '');
    expect(await store.compareAndSwap(objectKey('a'), body, (await store.get(objectKey('a')))?.tag)).toBe(true);
  });

  it('keeps its own folder to itself', async () => {
    const store = fsObjectStore({ root: await newRoot() });
    await expect(store.putIfAbsent(objectKey('.tmp/x'), body)).rejects.toMatchObject({ code: 'internal/unexpected' });
    await expect(store.list('../')).rejects.toMatchObject({ code: 'internal/unexpected' });
  });

  it('codes what the file system refuses', async () => {
    const root = join(await newRoot(), 'file');
    await writeFile(root, '');
    await expect(fsObjectStore({ root }).putIfAbsent(objectKey('a/b'), body)).rejects.toMatchObject({ code: 'lake/io' });
  });
});
