import { isWithinBudget } from './judge.ts';
import type { Verdict } from './judge-build.ts';

/** The quarantine's budget as a check like the others, so that its results are kept, too; none without a budget. */
export function judgeBudget(
  { read, refused }: { readonly read: number; readonly refused: number },
  maxPercent: number | undefined,
): readonly Verdict[] {
  if (maxPercent === undefined) return [];
  const share = read === 0 ? 0 : Number(((refused / read) * 100).toPrecision(3));
  return [
    {
      check: 'quarantine.maxPercent',
      kind: 'budget',
      severity: 'error',
      isBroken: !isWithinBudget(read, refused, maxPercent),
      violations: refused,
      rows: read,
      measured: share,
      detail: `${refused} of ${read} rows were refused (${share} %), the budget is ${maxPercent} %`,
    },
  ];
}
