import type { ErrorCode } from '../errors/catalogue.ts';
import type { Place } from '../errors/snowmelt-error.ts';
import type { DriftNote } from '../ports/source.ts';
import type { EngineMetrics } from '../ports/sql-engine.ts';

/** What a step did, for people and for the run record. Rows are counts; durations are milliseconds. */
export interface StepOutcome {
  readonly step: string;
  readonly dataset: string;
  readonly kind: 'extract' | 'build';
  readonly day: string;
  readonly reason: string;
  readonly status: 'done' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly attempts: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly rowsRefused: number;
  /** Copies and superseded versions that were left out; absent where rows are not accounted for one by one. */
  readonly rowsDuplicate?: number;
  /** Rows that only say that another one is no more; absent where the source does not say so. */
  readonly rowsDeleted?: number;
  readonly partitions: number;
  readonly bytes: number;
  readonly version?: number;
  /** How the source differs from what was declared or from what it was. */
  readonly drift?: readonly DriftNote[];
  /** What the engine said of its work: shuffles, spills, tasks; absent where it says nothing. */
  readonly engine?: EngineMetrics;
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string; readonly at: Place };
}

/** One line of what is going on. The terminal, the JSON log and tests are renderers of this stream. */
export type Message =
  | { readonly code: 'run/started'; readonly run: string; readonly day: string; readonly pipeline: string }
  | { readonly code: 'run/planned'; readonly run: string; readonly wave: number; readonly steps: number; readonly pending: number }
  | {
      readonly code: 'step/started';
      readonly run: string;
      readonly step: string;
      readonly dataset: string;
      readonly kind: 'extract' | 'build';
      readonly reason: string;
    }
  | {
      readonly code: 'step/retrying';
      readonly run: string;
      readonly step: string;
      readonly attempt: number;
      readonly error: ErrorCode;
      readonly delayMs: number;
    }
  | { readonly code: 'step/finished'; readonly run: string; readonly outcome: StepOutcome }
  | {
      readonly code: 'check/warned';
      readonly run: string;
      readonly dataset: string;
      readonly check: string;
      readonly violations: number;
      /** What was found, where the number says too little. */
      readonly detail?: string;
    }
  /** A partition comes near the budget of its quarantine: the nearest one, and how many come near. */
  | {
      readonly code: 'quarantine/near';
      readonly run: string;
      readonly dataset: string;
      readonly day: string;
      readonly rowsRead: number;
      readonly rowsRefused: number;
      readonly maxPercent: number;
      readonly days: number;
    }
  /** The source's columns are no longer what they were, or not all that is declared of them. */
  | ({ readonly code: 'source/drifted'; readonly run: string; readonly dataset: string } & DriftNote)
  /** A day was asked for again and stays as it is: nothing was extracted for it alone, or its past cannot be had again. */
  | { readonly code: 'extract/kept'; readonly run: string; readonly dataset: string; readonly day: string }
  /** The source could not tell what changed: all rows were read, in place of what there was. */
  | { readonly code: 'extract/restarted'; readonly run: string; readonly dataset: string; readonly why: string }
  /** The source will not be able to tell what changes from here on: the next extraction will read all rows again. */
  | { readonly code: 'extract/untracked'; readonly run: string; readonly dataset: string; readonly why: string }
  /** The columns of a table will be others than it has; `changes` in words, `history`: what becomes of what there is. */
  | {
      readonly code: 'table/evolves';
      readonly run: string;
      readonly dataset: string;
      readonly version: number;
      readonly changes: readonly string[];
      readonly history: string;
    }
  /** The commit stands, the catalog does not know it yet; the next run repairs that. */
  | { readonly code: 'catalog/behind'; readonly run: string; readonly dataset: string }
  | { readonly code: 'catalog/repaired'; readonly run: string; readonly dataset: string }
  /** Events about the run could not be kept or sent; said once a run, which goes on all the same. */
  | { readonly code: 'lineage/unsent'; readonly run: string; readonly why: string }
  | {
      readonly code: 'run/finished';
      readonly run: string;
      readonly status: 'done' | 'failed' | 'interrupted' | 'nothing-to-do';
      readonly durationMs: number;
    };
