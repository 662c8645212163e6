import type { Verdict } from './judge-build.ts';
import { isOverBudget, percentOf, type Refusals } from './judge-quarantine.ts';

/** The quarantine's budget as a check like the others, so that its results are kept, too; none without a budget. */
export function judgeBudget(partitions: readonly Refusals[], maxPercent: number | undefined): readonly Verdict[] {
  if (maxPercent === undefined) return [];
  return partitions.map((one) => ({
    check: 'quarantine.maxPercent',
    kind: 'budget',
    severity: 'error',
    partition: one.day,
    isBroken: isOverBudget(one, maxPercent),
    violations: one.rowsRefused,
    rows: one.rowsRead,
    measured: one.rowsRead === 0 ? 0 : Number(((one.rowsRefused / one.rowsRead) * 100).toPrecision(3)),
    detail: `${one.rowsRefused} of ${one.rowsRead} rows were refused (${percentOf(one.rowsRefused, one.rowsRead)}), the budget is ${maxPercent} %`,
  }));
}
