import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectKey } from '@snowmelt/core/ports';
import { afterAll, expect, it } from 'vitest';
import { fsObjectStore } from './fs-object-store.ts';
import { overlayStore } from './overlay-store.ts';

const folder = await mkdtemp(join(tmpdir(), 'snowmelt-overlay-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

it('reads what is below, and writes only above', async () => {
  const [base, over] = [fsObjectStore({ root: join(folder, 'base') }), fsObjectStore({ root: join(folder, 'over') })];
  const [old, fresh] = [objectKey('a/old'), objectKey('a/new')];
  const [one, two] = [new TextEncoder().encode('1'), new TextEncoder().encode('2')];
  await base.putIfAbsent(old, one);
  const store = overlayStore({ base, over, ofBase: new Set([old]) });
  expect((await store.get(old))?.body).toEqual((await base.get(old))?.body);
  expect(await store.putIfAbsent(old, two)).toBe(false);
  expect(await store.putIfAbsent(fresh, two)).toBe(true);
  expect(await store.putIfAbsent(fresh, one)).toBe(false);
  expect(await base.get(fresh)).toBeUndefined();
  expect([store.locate(old), store.locate(fresh)]).toEqual([base.locate(old), over.locate(fresh)]);
  await store.delete([old]);
  expect(await base.get(old)).toBeDefined();
});
