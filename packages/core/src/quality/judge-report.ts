import type { TableState } from '../lake/commit.ts';
import type { BuildReport } from '../ports/sql-engine.ts';
import type { BuildStep } from '../steps/step.ts';
import { wholePartition } from '../steps/whole-partition.ts';
import { judgeBuild, type Verdict } from './judge-build.ts';

/** Holds what a build reports against the dataset's checks; `before` is the published table, `clock` the present. */
export function judgeReport(step: BuildStep, before: TableState, report: BuildReport, clock: Date): readonly Verdict[] {
  const endOfDay = new Date(Date.parse(`${step.day}T00:00:00Z`) + 86_400_000);
  return judgeBuild(step.commit.checks, {
    shape: step.request.outputs.some(({ partition }) => partition.kind === 'by') ? 'event' : 'snapshot',
    partitions: partitionsOf(report, 'rows').map((written) => wholePartition(step.commit, written)),
    measured: report.measured ?? [],
    violations: report.violations,
    published: before.partitions,
    replacesAll: step.commit.replaceAll,
    now: clock < endOfDay ? clock : endOfDay,
  });
}

function partitionsOf(report: BuildReport, wanted: 'rows' | 'quarantine') {
  return report.outputs.flatMap(({ part, partitions }) => (part === wanted ? partitions : []));
}
