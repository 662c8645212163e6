import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitSlots } from './slots.ts';

const signal = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('limitSlots', () => {
  it('lets no more in than there is room for, all in order, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.boolean(), { maxLength: 12 }), async (limit, fails) => {
        const slots = limitSlots(limit);
        const started: number[] = [];
        let running = 0;
        const ends = await Promise.allSettled(
          fails.map((isFailing, index) =>
            slots.run(signal, async () => {
              started.push(index);
              running += 1;
              expect(running).toBeLessThanOrEqual(limit);
              await turn();
              running -= 1;
              if (isFailing) throw new Error('failed');
              return index;
            }),
          ),
        );
        expect(started).toEqual(fails.map((_, index) => index));
        expect(ends.map(({ status }) => status === 'rejected')).toEqual(fails);
      }),
      { numRuns: 50 },
    );
  });

  it('lets go of those who stop waiting', async () => {
    const slots = limitSlots(1);
    const stop = new AbortController();
    const gate = new EventTarget();
    const first = slots.run(signal, () => new Promise((resolve) => gate.addEventListener('open', resolve)));
    const second = slots.run(stop.signal, async () => 'never');
    const third = slots.run(signal, async () => 'third');
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: 'run/interrupted' });
    gate.dispatchEvent(new Event('open'));
    await first;
    expect(await third).toBe('third');
    await expect(slots.run(stop.signal, async () => 'never')).rejects.toMatchObject({ code: 'run/interrupted' });
  });
});
