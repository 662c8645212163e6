import { type CheckResultRow, keepCheckResults } from '../lake/check-results.ts';
import type { CheckResult } from '../lake/commit.ts';
import type { CallContext } from '../ports/source.ts';
import { isFailed } from '../quality/judge.ts';
import type { Verdict } from '../quality/judge-build.ts';
import type { ExtractStep, Step } from '../steps/step.ts';
import type { RunPorts } from './run-ports.ts';

/** Keeps what the checks of one attempt said, as rows of `quality.check_results`. */
export async function keepVerdicts(
  step: Step,
  verdicts: readonly Verdict[],
  { store, clock }: Pick<RunPorts, 'store' | 'clock'>,
  { attempt, run }: CallContext,
): Promise<void> {
  const isBlocked = verdicts.some(({ severity, isBroken }) => severity === 'error' && isBroken);
  const evaluatedAt = clock.now().toISOString();
  const rows = verdicts.map(
    (verdict): CheckResultRow => ({
      dataset: step.dataset,
      partition: verdict.partition ?? null,
      check_name: verdict.check,
      kind: verdict.kind,
      severity: verdict.severity,
      outcome: outcomeOf(verdict),
      violations: verdict.violations,
      row_count: verdict.rows,
      measured: verdict.measured ?? null,
      detail: verdict.detail ?? null,
      run: run ?? '',
      attempt,
      logical_date: step.day,
      version: step.commit.baseVersion + 1,
      is_blocked: isBlocked,
      evaluated_at: evaluatedAt,
    }),
  );
  await keepCheckResults(store, step.dataset, attempt, rows);
}

/** What was found about a batch, as verdicts on its day. */
export function batchVerdicts(step: ExtractStep, results: readonly CheckResult[], rows: number): readonly Verdict[] {
  return results.map((result) => ({
    check: result.check,
    kind: result.check.replace(/\(.*/, ''),
    severity: result.severity,
    partition: step.day,
    isBroken: isFailed(result),
    violations: result.violations,
    rows,
    ...(result.detail === undefined ? {} : { detail: result.detail }),
  }));
}

function outcomeOf({ isBroken, violations, severity }: Verdict): CheckResultRow['outcome'] {
  if (!isBroken) return violations > 0 ? 'tolerated' : 'passed';
  if (severity === 'error') return 'failed';
  return severity === 'warn' ? 'warned' : 'set aside';
}
