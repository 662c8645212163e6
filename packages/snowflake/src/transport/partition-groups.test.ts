import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupPartitions } from './partition-groups.ts';

describe('groupPartitions', () => {
  it('loses no partition with rows, keeps their order, and keeps to the size unless one partition is larger', () => {
    const partition = fc.record({ rows: fc.nat(3), bytes: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(partition), (partitions) => {
        const groups = groupPartitions(partitions, 100);
        const filled = partitions.flatMap(({ rows }, number) => (rows > 0 ? [number] : []));
        expect(groups.flatMap((group) => group.partitions)).toEqual(filled);
        expect(groups.map(({ index }) => index)).toEqual(groups.map((_, index) => index));
        for (const group of groups) {
          const members = group.partitions.map((number) => partitions[number] ?? { rows: 0, bytes: 0 });
          expect(group.rows).toBe(members.reduce((sum, { rows }) => sum + rows, 0));
          expect(members.length === 1 || members.reduce((sum, { bytes }) => sum + bytes, 0) <= 100).toBe(true);
        }
      }),
    );
  });
});
