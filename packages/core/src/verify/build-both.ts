import { isSnowmeltError, type SnowmeltError } from '../errors/snowmelt-error.ts';
import { type CheckResult, emptyState } from '../lake/commit.ts';
import type { FixtureTables } from '../ports/fixture-tables.ts';
import type { RowComparer } from '../ports/row-comparer.ts';
import type { BuildReport, SqlEngine } from '../ports/sql-engine.ts';
import { judgeReport } from '../quality/judge-report.ts';
import { summariseVerdicts } from '../quality/summarise-verdicts.ts';
import type { BuildStep } from '../steps/step.ts';

/** What verifying works with: two engines over one store, and who reads what they wrote. */
export interface VerifyBench {
  readonly engines: readonly [SqlEngine, SqlEngine];
  readonly fixtures: FixtureTables;
  readonly comparer: RowComparer;
  readonly signal: AbortSignal;
}

/** What became of a step on one engine. */
export type EngineOutcome =
  | { readonly kind: 'built'; readonly report: BuildReport; readonly checks: readonly CheckResult[] }
  | { readonly kind: 'failed'; readonly error: SnowmeltError };

/** Failures that are about the machine, not about the rows or the SQL: they say nothing of whether engines agree. */
const NOT_AN_ANSWER = ['build/out-of-memory', 'build/not-on-spark'];

/** Builds a step on one engine. Checks are noted, not enforced. @throws what is not about the step, e.g. run/interrupted */
export async function buildOn(engine: SqlEngine, step: BuildStep, attempt: string, signal: AbortSignal): Promise<EngineOutcome> {
  let checks: readonly CheckResult[] = [];
  const clock = new Date(`${step.day}T12:00:00Z`);
  try {
    const report = await engine.build(step.request, { attempt, signal }, (found) => {
      checks = summariseVerdicts(judgeReport(step, emptyState(step.dataset), found, clock));
    });
    return { kind: 'built', report, checks };
  } catch (error) {
    if (!isSnowmeltError(error) || !error.code.startsWith('build/') || NOT_AN_ANSWER.includes(error.code)) throw error;
    return { kind: 'failed', error };
  }
}

/** Builds a step on both engines, one after the other: they share the machine. */
export async function buildBoth(
  { engines: [first, second], signal }: VerifyBench,
  step: BuildStep,
  attempt: string,
): Promise<readonly [EngineOutcome, EngineOutcome]> {
  return [await buildOn(first, step, `${attempt}-first`, signal), await buildOn(second, step, `${attempt}-second`, signal)];
}
