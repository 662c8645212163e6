import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearest, suggest } from './nearest.ts';

it.each([
  ['watermrk', 'watermark'],
  ['WATERMARK', 'watermark'],
  ['wtaermark', 'watermark'],
  ['custmer', 'customer'],
  ['silver.fact_order', 'silver.fact_orders'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, ['key', 'watermark', 'customer', 'silver.fact_orders', 'silver.dim_products'])).toBe(meant);
});

it('prefers the nearer of two, and of two as near the first', () => {
  expect(nearest('orders', ['order_rows', 'order', 'border'])).toBe('order');
  expect(nearest('ab', ['abc', 'abd'])).toBe('abc');
});

it('finds nothing where nothing is near', () => {
  expect(nearest('customer', ['price', 'quantity'])).toBeUndefined();
  expect(nearest('anything', [])).toBeUndefined();
});

it('finds a word that differs by one edit, whichever', () => {
  const word = fc.stringMatching(/^[a-z_]{4,20}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'replace'), (meant, seed, edit) => {
      const at = seed % (meant.length - 1);
      const [before, a, b, after] = [meant.slice(0, at), meant[at], meant[at + 1], meant.slice(at + 2)];
      const middle = { drop: `${b}`, double: `${a}${a}${b}`, swap: `${b}${a}`, replace: `#${b}` }[edit];
      expect(nearest(before + middle + after, ['1234567890', meant])).toBe(meant);
    }),
  );
});

it('suggests the nearest, or says what there is', () => {
  expect(suggest('custmer', ['price', 'customer'])).toBe('Did you mean `customer`?');
  expect(suggest('something_else', ['price', 'id'])).toBe('Known: price, id.');
  expect(suggest('x', [])).toBe('There is none to choose from.');
  const many = Array.from({ length: 25 }, (_, i) => `column_number_${i}`);
  expect(suggest('zzz', many)).toBe(`Known: ${many.slice(0, 20).join(', ')}, ….`);
});
