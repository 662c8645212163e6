import { expect, it } from 'vitest';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { storedAttemptNotes } from './attempt-notes.ts';

it('keeps the latest note until it is cleared', async () => {
  const store = memoryObjectStore();
  const notes = storedAttemptNotes(store);
  expect(await notes.read('bronze.orders/2024-01-15-x')).toBeUndefined();
  await notes.write('bronze.orders/2024-01-15-x', 'one');
  await notes.write('bronze.orders/2024-01-15-x', 'two ü');
  expect(await notes.read('bronze.orders/2024-01-15-x')).toBe('two ü');
  expect((await store.list('')).map(({ key }) => key)).toEqual(['artifacts/logs/attempts/bronze.orders/2024-01-15-x.json']);
  await notes.clear('bronze.orders/2024-01-15-x');
  await notes.clear('bronze.orders/2024-01-15-x');
  expect(await notes.read('bronze.orders/2024-01-15-x')).toBeUndefined();
});
