import { type GraphDataset, shapeOf } from '../compile/graph.ts';
import { emptyState, type TableState } from '../lake/commit.ts';
import type { Step } from '../steps/step.ts';

/**
 * Plans a dataset as if there were nothing of it, and to publish that in place of what there is, by one commit. Of a snapshot
 * only the run's day is made again: those of other days are records of what was known then.
 */
export function planFresh(dataset: GraphDataset, state: TableState, plan: (before: TableState) => Step | undefined): Step | undefined {
  const step = plan(emptyState(state.dataset));
  if (step === undefined || state.version === 0) return step;
  const replaceAll = shapeOf(dataset) === 'event';
  return {
    ...step,
    reason: reasonFor(dataset, replaceAll),
    commit: { ...step.commit, baseVersion: state.version, replaceAll, isRemade: true },
  };
}

function reasonFor(dataset: GraphDataset, isWhole: boolean): string {
  const verb = dataset.layer === 'bronze' ? 'read from the source' : 'made';
  return isWhole ? `full refresh: all of it is ${verb} again` : `full refresh: the snapshot of the day is ${verb} again`;
}
