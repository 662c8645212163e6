import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { DescribedColumn, LossyChoice } from '../ports/source.ts';
import type { Column } from '../sql/column-type.ts';
import type { Reconciliation } from './reconciliation.ts';

/** What one extraction window brought into a bronze partition. Its id is also the name of its folder. */
export interface Batch {
  readonly id: string;
  /** Version of the commit that brought it. */
  readonly version: number;
  readonly rows: number;
  readonly files: readonly DataFile[];
  readonly window: { readonly low?: string; readonly high?: string };
  /** The rows that were set aside because a value did not fit its type. */
  readonly refused?: { readonly rows: number; readonly files: readonly DataFile[] };
  /** What the declaration allowed to be given up, and was; absent: every value is exact. */
  readonly choices?: readonly LossyChoice[];
  /** What was compared with the source before the commit; absent: nothing. */
  readonly reconciled?: Reconciliation;
}

/** One partition as a version of the table has it. */
export interface PartitionEntry {
  /** Version of the commit that last wrote it. */
  readonly version: number;
  readonly fingerprint: string;
  readonly rows: number;
  readonly files: readonly DataFile[];
  /** The rows that were set aside. */
  readonly refused: { readonly rows: number; readonly files: readonly DataFile[] };
  /** Rows that went in, where rows are accounted for one by one: kept + refused + copies + deleted. */
  readonly rowsRead?: number;
  /** Those of them that only say that another one is no more; absent where the source does not say so. */
  readonly rowsDeleted?: number;
  /** Bronze: the batches that the partition consists of. */
  readonly batches?: readonly Batch[];
  /** Event silver: ids of the batches whose rows are in here. */
  readonly fromBatches?: readonly string[];
  /** Keyed gold: in how many buckets its keys are divided. */
  readonly buckets?: number;
  /** Version of each input that was read. */
  readonly inputs: Readonly<Record<string, number>>;
  /** In these columns its rows are those that it had at version `since`, although it was written again after that. */
  readonly kept?: { readonly since: number; readonly columns: readonly string[] };
  /** Figures of its rows that checks hold later partitions against; absent: none is. */
  readonly measures?: Readonly<Record<string, number>>;
  /** Version of the commit that last put the same rows into other files; absent: they lie as `version` wrote them. */
  readonly compactedIn?: number;
}

/** How far the source has been read: a commit carries it, so data and watermark are one atomic object. */
export interface Watermark {
  /** Everything before this instant (ISO 8601, UTC) has been asked for. */
  readonly coveredTo: string;
  /** Exact text of the window's upper end as the source gave it. */
  readonly high?: string;
}

/** The result of one check on one commit, all its partitions together. */
export interface CheckResult {
  readonly check: string;
  readonly severity: 'error' | 'warn' | 'quarantine';
  readonly violations: number;
  /** True: there are violations, but not more than are tolerated. */
  readonly tolerated?: true;
  /** What was found, where a number of violations says too little. */
  readonly detail?: string;
}

/** What a commit did that neither extracted nor built. `rollback`: the rows are those of version `to` again. */
export type Upkeep = { readonly kind: 'compaction' } | { readonly kind: 'rollback'; readonly to: number };

/** What others rely on: these columns keep name and type as long as the version is this one. */
export interface Contract {
  readonly version: number;
  readonly protected: readonly string[];
}

/** One commit: a small immutable object in the table log. */
export interface Commit {
  readonly format: 1;
  readonly dataset: DatasetName;
  readonly version: number;
  readonly run: string;
  readonly committedAt: string;
  readonly columns: readonly Column[];
  /** Columns of the quarantine; none: the dataset refuses nothing. */
  readonly refusedColumns: readonly Column[];
  readonly fingerprint: string;
  /** A digest of each part of the definition, so that a later one can say which of them changed. */
  readonly definition?: Readonly<Record<string, string>>;
  readonly contract?: Contract;
  /** Partitions that this commit writes, whole. */
  readonly partitions: Readonly<Record<LogicalDate, PartitionEntry>>;
  /** True: partitions that are not listed no longer exist. */
  readonly replaceAll: boolean;
  /** Version of each input up to which the whole table has taken it in. */
  readonly inputs: Readonly<Record<string, number>>;
  readonly checks: readonly CheckResult[];
  readonly watermark?: Watermark;
  /** Bronze: what the source said of its columns. */
  readonly described?: readonly DescribedColumn[];
  /** Absent: it published what a step made. */
  readonly upkeep?: Upkeep;
}

/** A table as all its commits together make it. Version 0: it does not exist yet. */
export interface TableState {
  readonly dataset: DatasetName;
  readonly version: number;
  readonly columns: readonly Column[];
  readonly refusedColumns: readonly Column[];
  readonly fingerprint: string | undefined;
  readonly definition?: Readonly<Record<string, string>>;
  readonly contract?: Contract;
  readonly partitions: ReadonlyMap<LogicalDate, PartitionEntry>;
  readonly inputs: Readonly<Record<string, number>>;
  readonly watermark: Watermark | undefined;
  readonly checks: readonly CheckResult[];
  readonly committedAt: string | undefined;
  readonly described?: readonly DescribedColumn[];
}

/** The state of a table that nobody has written to. */
export function emptyState(dataset: DatasetName): TableState {
  return {
    dataset,
    version: 0,
    columns: [],
    refusedColumns: [],
    fingerprint: undefined,
    partitions: new Map(),
    inputs: {},
    watermark: undefined,
    checks: [],
    committedAt: undefined,
  };
}

/** The state after a commit. */
export function applyCommit(state: TableState, commit: Commit): TableState {
  return applyCommits(state, [commit]);
}

/** The state after several commits, one after the other. */
export function applyCommits(state: TableState, commits: readonly Commit[]): TableState {
  const partitions = new Map(state.partitions);
  let after = state;
  for (const commit of commits) {
    if (commit.replaceAll) partitions.clear();
    for (const [day, entry] of Object.entries(commit.partitions)) partitions.set(day as LogicalDate, entry);
    after = { ...headOf(after, commit), partitions };
  }
  return { ...after, partitions: inOrder(partitions) };
}

function headOf(state: TableState, commit: Commit): TableState {
  return {
    dataset: state.dataset,
    version: commit.version,
    columns: commit.columns,
    refusedColumns: commit.refusedColumns,
    fingerprint: commit.fingerprint,
    partitions: state.partitions,
    inputs: commit.inputs,
    watermark: commit.watermark ?? state.watermark,
    checks: commit.checks,
    committedAt: commit.committedAt,
    ...(commit.described === undefined ? {} : { described: commit.described }),
    ...(commit.definition === undefined ? {} : { definition: commit.definition }),
    ...(commit.contract === undefined ? {} : { contract: commit.contract }),
  };
}

// Mostly a commit adds the newest day or none: thousands of days are then in order as they are.
function inOrder(partitions: ReadonlyMap<LogicalDate, PartitionEntry>): ReadonlyMap<LogicalDate, PartitionEntry> {
  let last = '';
  for (const day of partitions.keys()) {
    if (day < last) return new Map([...partitions].sort(([a], [b]) => (a < b ? -1 : 1)));
    last = day;
  }
  return partitions;
}
