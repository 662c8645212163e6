import type { CheckResult } from '../lake/commit.ts';
import { formatCount } from '../messages/format-count.ts';
import type { Verdict } from './judge-build.ts';

const SHOWN_DAYS = 3;

/** One result for each check, all partitions together: what a commit, a message and an error say. */
export function summariseVerdicts(verdicts: readonly Verdict[]): readonly CheckResult[] {
  const byCheck = new Map<string, Verdict[]>();
  for (const verdict of verdicts) byCheck.set(verdict.check, [...(byCheck.get(verdict.check) ?? []), verdict]);
  return [...byCheck.values()].map(summarise);
}

function summarise(verdicts: readonly Verdict[]): CheckResult {
  const [first] = verdicts;
  const broken = verdicts.filter(({ isBroken }) => isBroken);
  const shown = broken.length > 0 ? broken : verdicts;
  const violations = shown.reduce((sum, one) => sum + one.violations, 0);
  const detail = verdicts.length === 1 ? broken[0]?.detail : detailOf(broken, violations);
  return {
    check: first?.check ?? '',
    severity: first?.severity ?? 'error',
    violations,
    ...(violations > 0 && broken.length === 0 ? { tolerated: true as const } : {}),
    ...(detail === undefined ? {} : { detail }),
  };
}

function detailOf(broken: readonly Verdict[], violations: number): string | undefined {
  const [first] = broken;
  if (first === undefined) return undefined;
  const days = broken.flatMap(({ partition }) => partition ?? []);
  const listed = `${days.slice(0, SHOWN_DAYS).join(', ')}${days.length > SHOWN_DAYS ? ', …' : ''}`;
  if (first.detail === undefined) return `${formatCount(violations)} on ${listed}`;
  return `${days[0]}: ${first.detail}${broken.length === 1 ? '' : ` (failed on ${broken.length} days: ${listed})`}`;
}
