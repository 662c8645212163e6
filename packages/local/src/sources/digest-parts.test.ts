import { parseDatasetName, type RowsReference, type SourceDigestRequest } from '@snowmelt/core/ports';
import { expect, it } from 'vitest';
import { chooseReference } from './digest-parts.ts';

it('compares with files in the state that was read, or with the present where that is said', () => {
  const request = (...references: readonly RowsReference[]): SourceDigestRequest => ({
    dataset: parseDatasetName('bronze.orders'),
    relation: { kind: 'table', table: 'orders' },
    columns: [],
    arrived: [],
    window: { kind: 'full' },
    ends: {},
    level: 'hash',
    references,
  });
  const [read, present] = [{ kind: 'files', state: 'a' } as const, { kind: 'present' } as const];
  expect(chooseReference(request(read, present), 'a')).toEqual(read);
  expect(chooseReference(request(read, present), 'b')).toEqual(present);
  expect(() => chooseReference(request(read), 'b')).toThrow(expect.objectContaining({ code: 'source/changed' }));
});
