import type { CheckResult, TableState } from '../lake/commit.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { CallContext, ExtractReport } from '../ports/source.ts';
import { type BatchVerdict, judgeExpectation } from '../quality/batch-expectation.ts';
import type { ExtractStep } from '../steps/step.ts';
import type { RunPorts } from './run-ports.ts';

/** Judges a batch before it is published: from its files' footers, and by reading it only where they cannot tell. */
export async function judgeBatch(
  step: ExtractStep,
  before: TableState,
  report: ExtractReport,
  ports: Pick<RunPorts, 'clock' | 'engine'>,
  call: CallContext,
): Promise<readonly CheckResult[]> {
  const covered = new Date(step.coversTo);
  const clock = ports.clock.now();
  const facts = {
    rows: report.rows,
    files: report.files,
    earlier: earlierFiles(step, before, report),
    now: clock < covered ? clock : covered,
  };
  const verdicts = new Map<string, BatchVerdict>((step.expectations ?? []).map((one) => [one.id, judgeExpectation(one, facts)]));
  for (const [check, violations] of await scanBatch(step, report, ports, call)) verdicts.set(check, { violations });
  return step.commit.checks.map(({ id: check, severity }) => ({ check, severity, ...(verdicts.get(check) ?? { violations: 0 }) }));
}

// A batch that is a whole table is judged alone; a window adds to what came before.
function earlierFiles({ request, commit }: ExtractStep, before: TableState, { announcement }: ExtractReport): readonly DataFile[] {
  if (request.window.kind === 'full' || commit.replaceAll || announcement?.kind === 'restarted') return [];
  return [...before.partitions.values()].flatMap(({ files }) => files);
}

async function scanBatch(
  { dataset, scans = [], commit }: ExtractStep,
  { files }: ExtractReport,
  { engine }: Pick<RunPorts, 'engine'>,
  call: CallContext,
): Promise<readonly (readonly [string, number])[]> {
  if (scans.length === 0 || files.length === 0) return [];
  const input = { relation: '_rows', dataset, columns: commit.columns, files: files.map(({ key }) => key) };
  const request = { dataset, stages: [{ kind: 'input', input } as const], outputs: [], checks: scans };
  const { violations } = await (await engine()).build(request, call, () => undefined);
  return Object.entries(violations);
}
