import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';
import type { Column } from '../sql/column-type.ts';
import type { EngineDialect, RenderedSql } from '../sql/text.ts';
import type { WrittenPartition } from './data-file.ts';
import type { DayFigures, Measurement } from './measure.ts';
import type { SecretReference } from './secrets.ts';
import type { CallContext } from './source.ts';

/** A name that the SQL may read, and the exact Parquet files behind it. With no files it is empty, with `columns`. */
export interface InputRelation {
  readonly relation: string;
  readonly dataset: DatasetName;
  readonly columns: readonly Column[];
  readonly files: readonly ObjectKey[];
  /** Adds the column `_batch`: the name of the folder that a row's file is in. */
  readonly batchColumn?: true;
  /**
   * With `batchColumn`, where files may hold rows of several batches: of which batches there are rows in the relation. Such a
   * file has the column `_batch` itself.
   */
  readonly batches?: readonly string[];
}

/**
 * An input of which only some days or buckets are needed, and which ones is known once the stages before it have run:
 * `daysFrom` gives them, one column as text of `filesByDay`'s keys; the relation then consists of those days' files, each once.
 */
export interface LazyRelation extends Omit<InputRelation, 'files'> {
  readonly daysFrom: RenderedSql;
  readonly filesByDay: Readonly<Record<string, readonly ObjectKey[]>>;
}

/** One act of a build's script, in order. */
export type BuildStage =
  | { readonly kind: 'input'; readonly input: InputRelation }
  | { readonly kind: 'lazy'; readonly input: LazyRelation }
  /** Keeps the query's rows under a name that later SQL may read. */
  | { readonly kind: 'table'; readonly name: string; readonly sql: RenderedSql }
  /** Only names the query. */
  | { readonly kind: 'view'; readonly name: string; readonly sql: RenderedSql };

/** What to write: the rows of a table or view made by a stage. */
export interface BuildOutput {
  readonly part: 'rows' | 'quarantine';
  /** The stage whose rows are written. */
  readonly from: string;
  readonly columns: readonly Column[];
  /** Order of the rows inside a file. */
  readonly sortBy: readonly string[];
  /**
   * `day`: all rows are of that day. `by`: the DATE column `_day` says where each row belongs; with `only`, rows of other
   * days are an error (`build/row-outside-partition`) and each listed day is reported even if it has no rows.
   * `buckets`: the column `_bucket` says in which file of the day a row belongs; the numbers that `touched` gives are reported
   * even if they have no rows.
   */
  readonly partition:
    | { readonly kind: 'day'; readonly day: LogicalDate }
    | { readonly kind: 'by'; readonly only?: readonly LogicalDate[] }
    | { readonly kind: 'buckets'; readonly day: LogicalDate; readonly touched: RenderedSql };
  /** Folder of a day's files, with `{year}`, `{month}`, `{day}` and `{attempt}`. */
  readonly prefix: string;
}

/** A query with one row; its i-th column is the number of violations of the i-th check. */
export interface CheckScan {
  readonly checks: readonly string[];
  /** The query has one row for each day that has violations, with the day as text before them. */
  readonly byDay?: true;
  readonly sql: RenderedSql;
}

/** One build, fully decided: serialisable, the same for every engine. */
export interface BuildRequest {
  readonly dataset: DatasetName;
  readonly stages: readonly BuildStage[];
  readonly outputs: readonly BuildOutput[];
  /**
   * Keys that the SQL needs, by name: the engine looks them up (`openProtectionKeys`) and puts their pads into the variables that
   * `keyVariables` names. A request never holds a key.
   */
  readonly keys?: Readonly<Record<string, SecretReference>>;
  /** Run before anything is published. */
  readonly checks: readonly CheckScan[];
  /** Taken in one scan before anything is published; what the written files' footers say is not looked up in the rows. */
  readonly measurement?: Measurement;
  /**
   * A query with the columns `day DATE, rows_read BIGINT, batches VARCHAR` (comma-separated) and perhaps `rows_deleted BIGINT`:
   * what went into each day.
   */
  readonly accounting?: RenderedSql;
}

/** What went into one day of a partition. */
export interface DayAccount {
  readonly day: LogicalDate;
  readonly rowsRead: number;
  /** Those of them that only say that another one is no more. */
  readonly rowsDeleted?: number;
  readonly batches: readonly string[];
}

/** What a build wrote. Nothing refers to it yet. */
export interface BuildReport {
  readonly outputs: readonly { readonly part: 'rows' | 'quarantine'; readonly partitions: readonly WrittenPartition[] }[];
  /** Violations by check id. */
  readonly violations: Readonly<Record<string, number>>;
  /** What was measured, and violations of scans by day. */
  readonly measured?: readonly DayFigures[];
  readonly accounts: readonly DayAccount[];
  /** What the engine itself says of the work, where it says anything. */
  readonly metrics?: EngineMetrics;
}

/** Figures of a distributed engine: of all its jobs for one build. */
export interface EngineMetrics {
  readonly engine: EngineDialect;
  readonly figures: {
    readonly jobs: number;
    readonly stages: number;
    readonly tasks: number;
    readonly inputBytes: number;
    readonly shuffleBytes: number;
    /** What did not fit in memory. */
    readonly spilledBytes: number;
    readonly cpuNs: number;
  };
}

/** Executes builds. Throws `build/*`, `lake/disk-full`, `spark/*`. */
export interface SqlEngine {
  readonly dialect: EngineDialect;
  /**
   * Runs stages, writes, then checks. `judge` is told everything that was found and may throw: then nothing of what was
   * written stays.
   */
  build(request: BuildRequest, context: CallContext, judge: (report: BuildReport) => void): Promise<BuildReport>;
}
