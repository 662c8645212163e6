import type { Batch, Commit } from '../lake/commit.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import type { DriftNote } from '../ports/source.ts';
import type { EngineMetrics } from '../ports/sql-engine.ts';
import type { Step } from '../steps/step.ts';

/** What a step that wrote nothing did. */
export function emptyOutcome(step: Step, end: Pick<StepOutcome, 'status' | 'reason' | 'durationMs' | 'attempts' | 'error'>): StepOutcome {
  const { id, dataset, kind, day } = step;
  return { step: id, dataset, kind, day, rowsRead: 0, rowsWritten: 0, rowsRefused: 0, partitions: 0, bytes: 0, ...end };
}

/** Sums up what a commit wrote. */
export function describeCommit(
  step: Step,
  commit: Commit,
  spent: {
    readonly durationMs: number;
    readonly attempts: number;
    readonly bytes: number;
    readonly drift?: readonly DriftNote[] | undefined;
    readonly engine?: EngineMetrics | undefined;
  },
): StepOutcome {
  const entries = Object.values(commit.partitions);
  const batches = newBatches(commit);
  const isExtract = step.kind === 'extract';
  const written = isExtract ? sum(batches.map(({ rows }) => rows)) : sum(entries.map(({ rows }) => rows));
  const refused = sum(isExtract ? batches.map((batch) => batch.refused?.rows ?? 0) : entries.map((entry) => entry.refused.rows));
  const isCounted = step.commit.countsRows;
  const deleted =
    isCounted && entries.some(({ rowsDeleted }) => rowsDeleted !== undefined)
      ? sum(entries.map((entry) => entry.rowsDeleted ?? 0))
      : undefined;
  const read = isCounted ? sum(entries.map(({ rowsRead }) => rowsRead ?? 0)) : written + (isExtract ? refused : 0);
  return {
    step: step.id,
    dataset: step.dataset,
    kind: step.kind,
    day: step.day,
    reason: step.reason,
    status: 'done',
    durationMs: spent.durationMs,
    attempts: spent.attempts,
    rowsRead: read,
    rowsWritten: written,
    rowsRefused: refused,
    ...(isCounted ? { rowsDuplicate: read - written - refused - (deleted ?? 0) } : {}),
    ...(deleted === undefined ? {} : { rowsDeleted: deleted }),
    partitions: entries.length,
    bytes: spent.bytes,
    version: commit.version,
    ...(spent.drift === undefined || spent.drift.length === 0 ? {} : { drift: spent.drift }),
    ...(spent.engine === undefined ? {} : { engine: spent.engine }),
  };
}

function newBatches(commit: Commit): readonly Batch[] {
  return Object.values(commit.partitions)
    .flatMap(({ batches }) => batches ?? [])
    .filter(({ version }) => version === commit.version);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
