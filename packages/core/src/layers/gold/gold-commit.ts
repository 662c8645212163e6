import type { TableState } from '../../lake/commit.ts';
import type { CommitPlan } from '../../steps/step.ts';
import { type InputTable, inputVersions } from '../inputs.ts';
import type { GoldDataset } from './gold-dataset.ts';

/** What publishing a gold dataset says of it, of whatever kind it is. */
export function goldCommit(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[]): Omit<CommitPlan, 'replaceAll'> {
  return {
    baseVersion: state.version,
    columns: dataset.columns,
    fingerprint: dataset.fingerprint,
    ...(dataset.definition === undefined ? {} : { definition: dataset.definition }),
    ...(dataset.contract === undefined ? {} : { contract: dataset.contract }),
    inputs: inputVersions(inputs),
    checks: dataset.checks,
    countsRows: false,
    ...(dataset.quarantineMaxPercent === undefined ? {} : { quarantineMaxPercent: dataset.quarantineMaxPercent }),
  };
}
