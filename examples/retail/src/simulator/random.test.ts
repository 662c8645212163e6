import fc from 'fast-check';
import { expect, it } from 'vitest';
import { priceText } from './order-line.ts';
import { seededRandom } from './random.ts';

it('repeats itself for the same seed and differs for the next day', () => {
  const three = (day: string) => {
    const random = seededRandom('shop', day);
    return [random.next(), random.next(), random.next()];
  };
  expect(three('2024-01-01')).toEqual(three('2024-01-01'));
  expect(three('2024-01-01')).not.toEqual(three('2024-01-02'));
  // Fixed for ever: another value would mean that every shop of the past looks different today.
  expect(seededRandom('shop', 1).integer(0, 1_000_000)).toMatchInlineSnapshot(`815028`);
});

it('keeps within its bounds', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: -1000, max: 1000 }), fc.nat(1000), (seed, min, width) => {
      const random = seededRandom(seed);
      const value = random.integer(min, min + width);
      expect(value).toBeGreaterThanOrEqual(min);
      expect(value).toBeLessThanOrEqual(min + width);
      expect([1, 2, 3]).toContain(random.pick([1, 2, 3], 2));
    }),
  );
});

it('writes thousandths as exact decimals', () => {
  fc.assert(
    fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), (mills) => {
      const text = priceText(mills);
      expect(text).toMatch(/^-?\d+\.\d{3}$/);
      expect(Math.round(Number(text) * 1000)).toBe(mills + 0);
    }),
  );
});
