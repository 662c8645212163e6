import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { demandSource, mergeChangelog } from './demand-source.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(tmpdir());
});
afterAll(() => lab.close());

const LIMIT = { timeout: 15 * 60_000 };

// Random commits, late ones, ties, rows without a time, updates, deletes, new columns and larger numbers, gaps beyond the
// retention, and processes that die before or behind any operation, with other commits in between their statements. That it
// can fail was tried out: when what CHANGES says of deletes is forgotten, mode changes fails with the first history.
describe('after any history, bronze merged by key is the source, with', () => {
  it('mode changes', LIMIT, () =>
    demandSource(lab, {
      kinds: ['insert', 'update', 'delete', 'forget-time'],
      settings: { mode: 'changes' },
      merged: mergeChangelog,
      numRuns: 190,
    }),
  );
  it('mode keys-diff', LIMIT, () =>
    demandSource(lab, { kinds: ['insert', 'update', 'delete'], settings: { mode: 'keys-diff' }, merged: mergeChangelog, numRuns: 150 }),
  );
  it.each(['fail', 'exclude'] as const)('mode keys-diff, where rows without a time %s', LIMIT, (nulls) =>
    demandSource(lab, {
      kinds: ['insert', 'update', 'delete', 'forget-time'],
      settings: { mode: 'keys-diff', nulls },
      merged: mergeChangelog,
      numRuns: 60,
    }),
  );
});
