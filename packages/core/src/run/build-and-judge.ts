import type { CheckResult, TableState } from '../lake/commit.ts';
import type { CallContext } from '../ports/source.ts';
import type { BuildReport } from '../ports/sql-engine.ts';
import { judgeChecks } from '../quality/judge.ts';
import { judgeBudget } from '../quality/judge-budget.ts';
import type { Verdict } from '../quality/judge-build.ts';
import { judgeQuarantine, type NearBudget } from '../quality/judge-quarantine.ts';
import { judgeReport } from '../quality/judge-report.ts';
import { summariseVerdicts } from '../quality/summarise-verdicts.ts';
import type { BuildStep } from '../steps/step.ts';
import { keepVerdicts } from './keep-verdicts.ts';
import { refusalsOf } from './refusals-of.ts';
import type { RunPorts } from './run-ports.ts';

/**
 * Writes a build and judges it. What the checks said is kept whatever they said; if they object, nothing that was written
 * stays. @throws build/*, quality/check-failed, quality/quarantine-budget
 */
export async function buildAndJudge(
  step: BuildStep,
  before: TableState,
  ports: Pick<RunPorts, 'engine' | 'store' | 'clock'>,
  call: CallContext,
): Promise<{ readonly report: BuildReport; readonly checks: readonly CheckResult[]; readonly near?: NearBudget }> {
  const engine = await ports.engine(step);
  let verdicts: readonly Verdict[] = [];
  let checks: readonly CheckResult[] = [];
  let near: NearBudget | undefined;
  try {
    const report = await engine.build(step.request, call, (found) => {
      const judged = judgeReport(step, before, found, ports.clock.now());
      const refused = refusalsOf(found);
      verdicts = [...judged, ...judgeBudget(refused, step.commit.quarantineMaxPercent)];
      checks = summariseVerdicts(judged);
      judgeChecks(step.dataset, checks);
      near = judgeQuarantine(step.dataset, refused, step.commit.quarantineMaxPercent);
    });
    return { report, checks, ...(near === undefined ? {} : { near }) };
  } finally {
    await keepVerdicts(step, verdicts, ports, call);
  }
}
