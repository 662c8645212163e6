import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { histories } from './history.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(tmpdir());
});
afterAll(() => lab.close());

describe('silver that was built step by step over an extract in mode', () => {
  // The same table in full is the measure: silver over it is built anew whenever it is read.
  it.each(['changes', 'keys-diff'] as const)(
    '%s is what it would be over the table itself, and every row is accounted for',
    { timeout: 15 * 60_000 },
    async (mode) => {
      const kinds = ['insert', 'update', 'update', 'delete'] as const;
      const play = fc.asyncProperty(histories(mode === 'changes' ? [...kinds, 'forget-time'] : kinds), async (acts) => {
        const { silver, bronze } = await lab.play(acts, { mode, hasSilver: true });
        for (const kind of ['event', 'snapshot']) {
          const [over, whole] = ['items', 'whole'].map((name) => silver.find((table) => table.name === `silver.${name}_${kind}`));
          expect([kind, over?.rows, over?.refused]).toEqual([kind, whole?.rows, whole?.refused]);
        }
        const events = silver.find(({ name }) => name === 'silver.items_event')?.partitions ?? [];
        const deleted = bronze.filter(({ isDeleted }) => isDeleted).length;
        expect([sum(events, 'rowsRead'), sum(events, 'rowsDeleted')]).toEqual([bronze.length, deleted]);
        for (const { rowsRead = 0, rowsDeleted = 0, rows, refused } of events) {
          expect(rowsRead).toBeGreaterThanOrEqual(rows + refused.rows + rowsDeleted);
        }
      });
      await fc.assert(play, { numRuns: 25, seed: 20240115 });
    },
  );
});

function sum<Name extends string>(entries: readonly { readonly [name in Name]?: number }[], name: Name): number {
  return entries.reduce((total, entry) => total + (entry[name] ?? 0), 0);
}
