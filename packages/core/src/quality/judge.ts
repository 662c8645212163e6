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
