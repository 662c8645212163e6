import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { byId, demandSource, mergeByTime, mergeChangelog } from './demand-source.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(tmpdir());
});
afterAll(() => lab.close());

const LIMIT = { timeout: 10 * 60_000 };

// The histories of the other models, with every table read in slices: their statements are what other commits get in between.
describe('after any history, bronze read in slices and merged by key is the source, with', () => {
  it.each(['raw', 'unload'] as const)('mode full and transport %s', LIMIT, (transport) =>
    demandSource(lab, {
      kinds: ['insert', 'update', 'delete', 'forget-time'],
      settings: { mode: 'full', slices: 3, transport },
      merged: byId,
      numRuns: 15,
    }),
  );
  it('mode window', LIMIT, () =>
    demandSource(lab, { kinds: ['insert', 'update'], settings: { mode: 'window', slices: 2 }, merged: mergeByTime, numRuns: 25 }),
  );
  it('mode changes', LIMIT, () =>
    demandSource(lab, {
      kinds: ['insert', 'update', 'delete', 'forget-time'],
      settings: { mode: 'changes', slices: 2 },
      merged: mergeChangelog,
      numRuns: 25,
    }),
  );
  it('mode keys-diff', LIMIT, () =>
    demandSource(lab, {
      kinds: ['insert', 'update', 'delete'],
      settings: { mode: 'keys-diff', slices: 2 },
      merged: mergeChangelog,
      numRuns: 20,
    }),
  );
});
