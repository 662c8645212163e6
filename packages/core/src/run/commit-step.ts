import type { Batch, CheckResult, Commit, PartitionEntry, TableState, Watermark } from '../lake/commit.ts';
import type { Reconciliation } from '../lake/reconciliation.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { WrittenPartition } from '../ports/data-file.ts';
import type { ExtractReport } from '../ports/source.ts';
import type { BuildReport } from '../ports/sql-engine.ts';
import type { BuildStep, ExtractStep, Step } from '../steps/step.ts';

/** Who commits, and when. */
export interface CommitContext {
  readonly run: string;
  readonly now: Date;
  readonly attempt: string;
}

const NOTHING_REFUSED = { rows: 0, files: [] } as const;

/** The commit that publishes an extraction: its batch and the watermark, as one object. */
export function extractCommit(
  step: ExtractStep,
  before: TableState,
  report: ExtractReport,
  context: CommitContext,
  reconciled?: Reconciliation,
): Commit {
  const version = step.commit.baseVersion + 1;
  const batch: Batch = {
    id: context.attempt,
    version,
    rows: report.rows,
    files: report.files,
    window: report.window,
    ...(report.choices === undefined || report.choices.length === 0 ? {} : { choices: report.choices }),
    ...(reconciled === undefined ? {} : { reconciled }),
  };
  const isWhole = step.request.window.kind === 'full' || step.commit.replaceAll;
  const batches = [...(isWhole ? [] : (before.partitions.get(step.day)?.batches ?? [])), batch];
  const entry: PartitionEntry = {
    version,
    fingerprint: step.commit.fingerprint,
    rows: batches.reduce((sum, { rows }) => sum + rows, 0),
    files: batches.flatMap(({ files }) => files),
    refused: NOTHING_REFUSED,
    batches,
    inputs: {},
  };
  return { ...commitBase(step, context, []), partitions: { [step.day]: entry }, watermark: watermarkOf(step, report) };
}

/** The commit that publishes a build. */
export function buildCommit(step: BuildStep, report: BuildReport, checks: readonly CheckResult[], context: CommitContext): Commit {
  const kept = partitionsOf(report, 'rows');
  const refused = partitionsOf(report, 'quarantine');
  const accounts = new Map(report.accounts.map((account) => [account.day, account]));
  const days = [...new Set([...kept.keys(), ...refused.keys(), ...accounts.keys()])].sort();
  const entries = days.map((day): [LogicalDate, PartitionEntry] => {
    const account = accounts.get(day);
    const bad = refused.get(day);
    return [
      day,
      {
        version: step.commit.baseVersion + 1,
        fingerprint: step.commit.fingerprint,
        rows: kept.get(day)?.rows ?? 0,
        files: kept.get(day)?.files ?? [],
        refused: bad === undefined ? NOTHING_REFUSED : { rows: bad.rows, files: bad.files },
        ...(account === undefined || !step.commit.countsRows ? {} : { rowsRead: account.rowsRead }),
        ...(account === undefined ? {} : { fromBatches: account.batches }),
        inputs: step.commit.inputs,
      },
    ];
  });
  return { ...commitBase(step, context, checks), partitions: Object.fromEntries(entries) };
}

function commitBase(step: Step, context: CommitContext, checks: readonly CheckResult[]): Omit<Commit, 'partitions' | 'watermark'> {
  const { baseVersion, columns, fingerprint, replaceAll, inputs } = step.commit;
  return {
    format: 1,
    dataset: step.dataset,
    version: baseVersion + 1,
    run: context.run,
    committedAt: context.now.toISOString(),
    columns,
    refusedColumns: step.kind === 'build' ? (step.request.outputs.find(({ part }) => part === 'quarantine')?.columns ?? []) : [],
    fingerprint,
    replaceAll,
    inputs,
    checks,
  };
}

function partitionsOf(report: BuildReport, part: 'rows' | 'quarantine'): ReadonlyMap<LogicalDate, WrittenPartition> {
  const output = report.outputs.find((candidate) => candidate.part === part);
  return new Map((output?.partitions ?? []).map((partition) => [partition.day, partition]));
}

// The window may have ended before the end of the day, if the day is not over by the source's clock.
function watermarkOf(step: ExtractStep, report: ExtractReport): Watermark {
  const { high } = report.window;
  if (high === undefined) return { coveredTo: step.coversTo };
  const reached = `${high.slice(0, 10)}T${high.slice(11, 19) || '00:00:00'}.000Z`;
  return { coveredTo: reached < step.coversTo ? reached : step.coversTo, high };
}
