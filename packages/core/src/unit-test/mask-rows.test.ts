import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Column } from '../sql/column-type.ts';
import { maskRows } from './mask-rows.ts';

const COLUMNS: readonly Column[] = [
  { name: 'email', type: { kind: 'varchar' } },
  { name: 'phone', type: { kind: 'bigint' } },
  { name: 'born', type: { kind: 'date' } },
  { name: 'city', type: { kind: 'varchar' } },
];
const personal = new Set(['email', 'phone', 'born']);

it('replaces personal values by others of the same form, equal ones by equal ones', async () => {
  const row = { email: 'Ann.Lee99@x.org', phone: '-4401', born: '1980-02-03', city: 'Ulm' };
  const [a, b, none] = await maskRows([row, row, { email: null }], COLUMNS, personal, 'salt');
  expect(a).toEqual(b);
  expect(a?.['email']).toMatch(/^[A-Z][a-z]{2}\.[A-Z][a-z]{2}\d\d@[a-z]\.[a-z]{3}$/);
  expect(a?.['phone']).toMatch(/^-[1-9][1-9]0[1-9]$/);
  expect(a).toMatchObject({ born: '2000-01-01', city: 'Ulm' });
  expect(a?.['email']).not.toBe(row.email);
  expect(none).toEqual({ email: null });
  expect(await maskRows([row], COLUMNS, personal, 'other')).not.toEqual([a]);
});

it('keeps every length and every character that is no letter and no digit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (email) => {
      const [masked] = await maskRows([{ email }], COLUMNS, personal, 's');
      const form = (text: string) => [...text].map((c) => (/\p{L}|\p{Nd}/u.test(c) ? 'x' : c)).join('');
      expect(form(masked?.['email'] ?? '')).toBe(form(email));
    }),
    { seed: 3 },
  );
});
