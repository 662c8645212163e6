import { filesOf } from '../lake/batch-files.ts';
import type { Batch, CheckResult, Commit, PartitionEntry, TableState, Watermark } from '../lake/commit.ts';
import type { Reconciliation } from '../lake/reconciliation.ts';
import { DELETED_COLUMN } from '../layout/deleted-column.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { DataFile, WrittenPartition } from '../ports/data-file.ts';
import type { ExtractReport } from '../ports/source.ts';
import type { BuildReport, DayAccount } from '../ports/sql-engine.ts';
import { measuresOf } from '../quality/recorded-measures.ts';
import { misfitColumns } from '../quality/split-misfits.ts';
import type { Column } from '../sql/column-type.ts';
import type { BuildStep, ExtractStep, Step } from '../steps/step.ts';
import { wholePartition } from '../steps/whole-partition.ts';

/** Who commits, and when. */
export interface CommitContext {
  readonly run: string;
  readonly now: Date;
  readonly attempt: string;
}

const NOTHING_REFUSED = { rows: 0, files: [] } as const;

/** What an extraction brought once its values have been judged. */
export interface JudgedReport extends ExtractReport {
  readonly refused?: { readonly rows: number; readonly files: readonly DataFile[] };
}

function refusedOf(batches: readonly Batch[]): PartitionEntry['refused'] {
  const refused = batches.flatMap((batch) => batch.refused ?? []);
  return { rows: refused.reduce((sum, { rows }) => sum + rows, 0), files: refused.flatMap(({ files }) => files) };
}

/** What was found about a batch before it is committed. */
export interface BatchProof {
  readonly checks: readonly CheckResult[];
  readonly reconciled?: Reconciliation | undefined;
}

/** The commit that publishes an extraction: its batch and the watermark, as one object. */
export function extractCommit(
  step: ExtractStep,
  before: TableState,
  report: JudgedReport,
  context: CommitContext,
  { checks, reconciled }: BatchProof = { checks: [] },
): Commit {
  const version = step.commit.baseVersion + 1;
  const batch: Batch = {
    id: context.attempt,
    version,
    rows: report.rows,
    files: report.files,
    window: report.window,
    ...(report.refused === undefined ? {} : { refused: report.refused }),
    ...(report.choices === undefined || report.choices.length === 0 ? {} : { choices: report.choices }),
    ...(reconciled === undefined ? {} : { reconciled }),
  };
  const replaceAll = step.commit.replaceAll || report.announcement?.kind === 'restarted';
  const isWhole = step.request.window.kind === 'full' || replaceAll;
  const replaced = new Set(step.refetch?.replaces);
  const others = (before.partitions.get(step.day)?.batches ?? []).filter(({ id }) => !replaced.has(id));
  const batches = [...(isWhole ? [] : others), batch];
  const entry: PartitionEntry = {
    version,
    fingerprint: step.commit.fingerprint,
    rows: batches.reduce((sum, { rows }) => sum + rows, 0),
    files: filesOf(batches),
    refused: refusedOf(batches),
    batches,
    inputs: {},
  };
  const { contract } = report;
  return {
    ...commitBase(step, context, checks),
    replaceAll,
    columns: columnsAfter(step, before, contract?.columns),
    partitions: { [step.day]: entry },
    ...(step.refetch === undefined ? { watermark: watermarkOf(step, report) } : {}),
    ...(contract === undefined ? {} : { described: contract.described }),
  };
}

// What earlier batches have stays readable beside what this one brings.
function columnsAfter({ request, commit }: ExtractStep, before: TableState, read: readonly Column[] | undefined): readonly Column[] {
  if (read === undefined) return commit.columns;
  const columns = [...read, ...commit.columns.filter(({ name }) => name === DELETED_COLUMN.name)];
  if (request.drift?.policy !== 'evolve' || request.window.kind === 'full' || commit.replaceAll) return columns;
  return [...columns, ...before.columns.filter(({ name }) => columns.every((column) => column.name !== name))];
}

/** The commit that publishes a build. */
export function buildCommit(step: BuildStep, report: BuildReport, checks: readonly CheckResult[], context: CommitContext): Commit {
  const kept = partitionsOf(report, 'rows');
  const refused = partitionsOf(report, 'quarantine');
  const accounts = new Map(report.accounts.map((account) => [account.day, account]));
  const days = [...new Set([...kept.keys(), ...refused.keys(), ...accounts.keys()])].sort();
  const entries = days.map((day): [LogicalDate, PartitionEntry] => {
    const account = accounts.get(day);
    const written = kept.get(day);
    const whole = written === undefined ? undefined : wholePartition(step.commit, written);
    const bad = refused.get(day);
    return [
      day,
      {
        version: step.commit.baseVersion + 1,
        fingerprint: step.commit.fingerprint,
        rows: whole?.rows ?? 0,
        files: whole?.files ?? [],
        ...(step.commit.buckets === undefined ? {} : { buckets: step.commit.buckets.count }),
        refused: bad === undefined ? NOTHING_REFUSED : { rows: bad.rows, files: bad.files },
        ...(account === undefined || !step.commit.countsRows ? {} : countsOf(account)),
        ...(account === undefined ? {} : { fromBatches: account.batches }),
        inputs: step.commit.inputs,
        ...measuresOf(step.commit.checks, whole, report.measured ?? []),
      },
    ];
  });
  return { ...commitBase(step, context, checks), partitions: Object.fromEntries(entries) };
}

function refusedColumnsOf(step: Step): readonly Column[] {
  if (step.kind === 'build') return step.request.outputs.find(({ part }) => part === 'quarantine')?.columns ?? [];
  return step.request.drift?.policy === 'quarantine' ? misfitColumns(step.commit.columns) : [];
}

function countsOf({ rowsRead, rowsDeleted }: DayAccount): Pick<PartitionEntry, 'rowsRead' | 'rowsDeleted'> {
  return { rowsRead, ...(rowsDeleted === undefined ? {} : { rowsDeleted }) };
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
    refusedColumns: refusedColumnsOf(step),
    fingerprint,
    ...(step.commit.definition === undefined ? {} : { definition: step.commit.definition }),
    ...(step.commit.contract === undefined ? {} : { contract: step.commit.contract }),
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
