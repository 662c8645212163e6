import { expect, it } from 'vitest';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { protectionKeyPath } from '../layout/object-key.ts';
import type { Secrets } from '../ports/secrets.ts';
import { openProtectionKey } from './protection-key.ts';

const KEY = 'correct horse battery staple';
const secretsOf = (value: string): Secrets => ({ get: async () => value });
const reference = { env: 'PII_KEY' };

async function failureOf(store: ReturnType<typeof memoryObjectStore>, value: string, name = 'pii') {
  return await openProtectionKey(name, reference, { secrets: secretsOf(value), store }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('opens a key again and again, and leaves nothing in the lake by which it could be found', async () => {
  const store = memoryObjectStore();
  const first = await openProtectionKey('pii', reference, { secrets: secretsOf(KEY), store });
  expect(await openProtectionKey('pii', reference, { secrets: secretsOf(KEY), store })).toEqual(first);
  const mark = await store.get(protectionKeyPath('pii'));
  expect(new TextDecoder().decode(mark?.body)).toMatch(/^\{"mark":"[0-9a-f]{8}"\}\n$/);
});

it('refuses another key of the same name, and says how to change keys', async () => {
  const store = memoryObjectStore();
  expect(await failureOf(store, KEY)).toBeUndefined();
  const failure = await failureOf(store, `${KEY}!`);
  expect(failure).toMatchObject({ code: 'secret/key-changed', hint: expect.stringContaining('another name') });
  expect(`${failure}${JSON.stringify(failure)}`).not.toContain(KEY);
  expect(await failureOf(store, `${KEY}!`, 'pii_2027')).toBeUndefined();
});

it('refuses a key that could be guessed, and leaves no mark of it', async () => {
  const store = memoryObjectStore();
  expect(await failureOf(store, 'hunter2')).toMatchObject({ code: 'secret/weak-key', hint: expect.stringContaining('openssl') });
  expect(await store.get(protectionKeyPath('pii'))).toBeUndefined();
});

it('takes two keys that begin alike for two, however long they are', async () => {
  const long = 'a'.repeat(100);
  const store = memoryObjectStore();
  expect(await failureOf(store, long)).toBeUndefined();
  expect(await failureOf(store, `${long}a`)).toMatchObject({ code: 'secret/key-changed' });
});
