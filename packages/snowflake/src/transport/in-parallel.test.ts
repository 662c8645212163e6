import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.ts';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('keeps to its limit and gives results in order', async () => {
    let running = 0;
    let most = 0;
    const doubled = await inParallel([1, 2, 3, 4, 5], 2, never, async (item) => {
      most = Math.max(most, ++running);
      for (let wait = item; wait < 6; wait++) await turn();
      running--;
      return item * 2;
    });
    expect(doubled).toEqual([2, 4, 6, 8, 10]);
    expect(most).toBe(2);
  });

  it('stops the others when one fails, and waits for them', async () => {
    const ended: string[] = [];
    const all = inParallel(['bad', 'slow', 'later'], 2, never, async (item, signal) => {
      if (item === 'bad') throw new Error('bad');
      while (!signal.aborted) await turn();
      ended.push(item);
    });
    await expect(all).rejects.toThrow('bad');
    expect(ended).toEqual(['slow']);
  });
});
