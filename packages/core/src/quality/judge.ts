import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { CheckResult } from '../lake/commit.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { formatCount } from '../messages/format-count.ts';

/** Tells whether a check failed: it has violations, and more than are tolerated. */
export function isFailed({ violations, tolerated }: CheckResult): boolean {
  return violations > 0 && tolerated !== true;
}

/** Stops the build where a check of severity error failed. @throws quality/check-failed */
export function judgeChecks(dataset: DatasetName, results: readonly CheckResult[]): void {
  const failed = results.filter((result) => result.severity === 'error' && isFailed(result));
  if (failed.length === 0) return;
  const list = failed.map(({ check, violations, detail }) => `${check}: ${detail ?? formatCount(violations)}`).join('; ');
  throw new SnowmeltError('quality/check-failed', {
    message: `${dataset} was not published: ${failed.length === 1 ? 'a check' : `${failed.length} checks`} failed (${list}).`,
    hint: 'The published table is unchanged. Fix the source or the rules, or give the check severity warn.',
    at: { dataset },
  });
}

/** Tells whether no more rows were refused than allowed. */
export function isWithinBudget(rowsRead: number, rowsRefused: number, maxPercent: number | undefined): boolean {
  return maxPercent === undefined || rowsRead === 0 || rowsRefused * 100 <= rowsRead * maxPercent;
}

/** Stops the build where more rows were refused than allowed. @throws quality/quarantine-budget */
export function judgeQuarantine(dataset: DatasetName, rowsRead: number, rowsRefused: number, maxPercent: number | undefined): void {
  if (isWithinBudget(rowsRead, rowsRefused, maxPercent)) return;
  const percent = ((rowsRefused / rowsRead) * 100).toFixed(1);
  throw new SnowmeltError('quality/quarantine-budget', {
    message: `${dataset} was not published: ${formatCount(rowsRefused)} of ${formatCount(rowsRead)} rows were refused (${percent} %), the budget is ${maxPercent} %.`,
    hint: 'Look at why rows are refused, fix the source or the rules, or raise `quarantine.maxPercent`.',
    at: { dataset },
  });
}
