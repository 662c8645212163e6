import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { CheckResult } from '../lake/commit.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { formatCount } from '../messages/format-count.ts';
import type { Check } from './check.ts';

/** Pairs checks with their violations. */
export function toResults(checks: readonly Check[], violations: Readonly<Record<string, number>>): readonly CheckResult[] {
  return checks.map(({ id, severity }) => ({ check: id, severity, violations: violations[id] ?? 0 }));
}

/** Stops the build where a check of severity error failed. @throws quality/check-failed */
export function judgeChecks(dataset: DatasetName, results: readonly CheckResult[]): void {
  const failed = results.filter(({ severity, violations }) => severity === 'error' && violations > 0);
  if (failed.length === 0) return;
  const list = failed.map(({ check, violations, detail }) => `${check}: ${detail ?? formatCount(violations)}`).join('; ');
  throw new SnowmeltError('quality/check-failed', {
    message: `${dataset} was not published: ${failed.length === 1 ? 'a check' : `${failed.length} checks`} failed (${list}).`,
    hint: 'The published table is unchanged. Fix the source or the rules, or give the check severity warn.',
    at: { dataset },
  });
}
