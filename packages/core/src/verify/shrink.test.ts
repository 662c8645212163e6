import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shrink } from './shrink.ts';

it('finds exactly the items that it takes, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 40 }), fc.nat(3), async (items, count) => {
      const needed = items.filter((_, at) => at % 7 === 0).slice(0, count + 1);
      const found = await shrink(items, async (some) => needed.every((one) => some.includes(one)), { left: 10_000 });
      expect(found).toEqual(needed);
    }),
  );
});

it('gives what it has when the budget is used up', async () => {
  const budget = { left: 3 };
  const found = await shrink([1, 2, 3, 4, 5, 6, 7, 8], async (some) => some.includes(8), budget);
  expect(found).toEqual([8]);
  expect(budget.left).toBe(0);
  let asked = 0;
  const all = await shrink(
    [1, 2, 3, 4],
    async () => {
      asked += 1;
      return false;
    },
    { left: 2 },
  );
  expect([all.length, asked]).toEqual([4, 2]);
});
