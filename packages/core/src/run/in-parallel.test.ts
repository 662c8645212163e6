import { expect, it } from 'vitest';
import { inParallel } from './in-parallel.ts';

it('takes items in order, at most so many at a time', async () => {
  const started: number[] = [];
  let underWay = 0;
  let most = 0;
  await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item);
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    underWay -= 1;
  });
  expect(started).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('does nothing without items, and works with a limit that makes no sense', async () => {
  const seen: number[] = [];
  const note = async (item: number) => void seen.push(item);
  await inParallel([], 4, note);
  await inParallel([1, 2], 0, note);
  expect(seen).toEqual([1, 2]);
});

it('rejects with the first rejection, when all that was started has ended', async () => {
  let finished = 0;
  const work = async (item: number) => {
    if (item === 1) throw new Error('one');
    await Promise.resolve();
    finished += 1;
  };
  await expect(inParallel([1, 2], 2, work)).rejects.toThrow('one');
  expect(finished).toBe(1);
});
