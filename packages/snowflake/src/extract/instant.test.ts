import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantText } from './instant.ts';

describe('instantText', () => {
  it.each([
    ['2024-01-15', '2024-01-15 00:00:00.000000000'],
    ['2024-01-15T10:20:30Z', '2024-01-15 10:20:30.000000000'],
    ['2024-01-15T10:20:30.5Z', '2024-01-15 10:20:30.500000000'],
    ['2024-01-15 10:20:30.123456789', '2024-01-15 10:20:30.123456789'],
  ])('writes %s as %s', (text, written) => {
    expect(instantText(text)).toBe(written);
  });

  it('orders as time does', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        expect(instantText(a.toISOString()) < instantText(b.toISOString())).toBe(a < b);
      }),
    );
  });

  it.each(["2024-01-15' OR 1=1 --", '2024-01-15T10:20:30+01:00', 'now', ''])('refuses %j', (text) => {
    expect(() => instantText(text)).toThrow(expect.objectContaining({ code: 'internal/unexpected' }));
  });
});
