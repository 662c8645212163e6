import type { Contract } from '../lake/commit.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { ExtractRequest } from '../ports/source.ts';
import type { BuildRequest, CheckScan } from '../ports/sql-engine.ts';
import type { BatchExpectation } from '../quality/batch-expectation.ts';
import type { Check } from '../quality/check.ts';
import type { Column } from '../sql/column-type.ts';

/** What a step's commit will say besides the files; decided by the planner. */
export interface CommitPlan {
  /** The version that the table has now: the commit will be the next one. */
  readonly baseVersion: number;
  readonly columns: readonly Column[];
  readonly fingerprint: string;
  readonly definition?: Readonly<Record<string, string>>;
  readonly contract?: Contract;
  /** True: partitions that the step does not write cease to exist. */
  readonly replaceAll: boolean;
  readonly inputs: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  /** True: what was current is made again because that was asked for. */
  readonly isRemade?: true;
  /** True: rows read = rows kept + refused + copies, so copies can be counted. */
  readonly countsRows: boolean;
  readonly quarantineMaxPercent?: number;
  /** For a table in buckets: how many there are, and the files of those that may be left as they are. */
  readonly buckets?: { readonly count: number; readonly files: readonly DataFile[] };
}

/** Partitions that must be made for the same reason. */
export interface PartitionCause {
  readonly why: string;
  readonly days: readonly LogicalDate[];
}

interface StepBase {
  readonly id: string;
  readonly dataset: DatasetName;
  readonly day: LogicalDate;
  /** Why it must run, in words. */
  readonly reason: string;
  /** Why each of the partitions must be made that are known beforehand. Absent: the reason is all that is known. */
  readonly partitions?: readonly PartitionCause[];
  readonly commit: CommitPlan;
}

/** Reads one window of the source into a bronze partition. */
export interface ExtractStep extends StepBase {
  readonly kind: 'extract';
  readonly request: ExtractRequest;
  /** Judged on the batch before it is published, from its files' footers … */
  readonly expectations?: readonly BatchExpectation[];
  /** … or by reading its rows (`_rows`). */
  readonly scans?: readonly CheckScan[];
  /** The columns that tell rows apart, if any do. */
  readonly key?: readonly string[];
  /** Everything before this instant will have been asked for, if the source's clock is past it. */
  readonly coversTo: string;
  /** A part of the past that is read again: the watermark stays where it is, and the batch takes the place of others. */
  readonly refetch?: { readonly replaces: readonly string[] };
  /**
   * Finds the rows that are no more, to be added to the batch. What the extraction brought comes before its stages: `_window`,
   * the rows, and `_keys`, what the source has.
   */
  readonly retract?: BuildRequest;
}

/** Makes partitions of a silver or gold dataset. */
export interface BuildStep extends StepBase {
  readonly kind: 'build';
  readonly request: BuildRequest;
  /** How large the files are that it may read. Absent: nobody asked the table logs. */
  readonly inputBytes?: number;
}

/** One act of a plan: plain data, fully decided. */
export type Step = ExtractStep | BuildStep;

/** A dataset that can only be planned once the named inputs have been written. */
export interface PendingDataset {
  readonly dataset: DatasetName;
  readonly after: readonly DatasetName[];
}

/** What must be done now, in order. Steps whose inputs are written by other steps follow as `pending`. */
export interface Plan {
  readonly day: LogicalDate;
  readonly steps: readonly Step[];
  readonly pending: readonly PendingDataset[];
}
