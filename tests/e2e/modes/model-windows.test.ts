import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { byId, demandSource, mergeByTime } from './demand-source.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(tmpdir());
});
afterAll(() => lab.close());

const LIMIT = { timeout: 15 * 60_000 };

// Random commits, late ones, ties, rows without a time, updates, deletes, new columns, gaps beyond the retention, and processes
// that die before or behind any operation, with other commits in between their statements. That it can fail was tried out:
// a window closed at its upper end, and a watermark that is there before its rows, are both found within the first histories.
describe('after any history, bronze merged by key is the source, with', () => {
  it('mode full', LIMIT, () =>
    demandSource(lab, { kinds: ['insert', 'update', 'delete', 'forget-time'], settings: { mode: 'full' }, merged: byId, numRuns: 100 }),
  );
  it('mode window, where nothing is deleted', LIMIT, () =>
    demandSource(lab, { kinds: ['insert', 'update'], settings: { mode: 'window' }, merged: mergeByTime, numRuns: 250 }),
  );
  it.each(['fail', 'exclude'] as const)('mode window, where rows without a time %s', LIMIT, (nulls) =>
    demandSource(lab, {
      kinds: ['insert', 'update', 'forget-time'],
      settings: { mode: 'window', nulls },
      merged: mergeByTime,
      numRuns: 100,
    }),
  );
});
