import type { DatasetName } from '../../layout/dataset-name.ts';
import type { SecretReference } from '../../ports/secrets.ts';
import type { Column } from '../../sql/column-type.ts';
import type { RenderedSql } from '../../sql/text.ts';
import type { DatasetBase, Partitioning } from '../dataset-base.ts';

/** Where a silver dataset's rows come from before they are cleaned. */
export type SilverOrigin =
  | {
      readonly kind: 'bronze';
      readonly dataset: DatasetName;
      /** `changelog`: its rows say what is no more. */
      readonly mode: 'full' | 'window' | 'changelog';
      readonly columns: readonly Column[];
    }
  | { readonly kind: 'model'; readonly sql: RenderedSql; readonly columns: readonly Column[] };

/** The finished queries of a cleaned dataset; `plan-silver.ts` says which of them a step runs, in which order. */
export interface SilverSql {
  /** `_source` → one row per row, with values, reasons and day. */
  readonly classify: RenderedSql;
  /** `_new` → the days its rows belong to (event datasets over bronze). */
  readonly daysOfNew: RenderedSql | undefined;
  /** `_classified` → the good rows. */
  readonly candidates: RenderedSql;
  /** `_candidates` → one row per key and per set of copies. */
  readonly rows: RenderedSql;
  /** `_classified` → the refused rows as they came, with reasons. */
  readonly refused: RenderedSql;
  /** `_classified` → rows read and batches by day (event datasets over bronze); else only counts. */
  readonly accounting: RenderedSql;
}

/** A silver dataset of the graph. */
export interface SilverDataset extends DatasetBase {
  readonly layer: 'silver';
  readonly partitioning: Partitioning;
  readonly origin: SilverOrigin;
  /** Undefined: the model's rows are published as they are. */
  readonly cleaning: SilverSql | undefined;
  readonly key: readonly string[] | undefined;
  readonly quarantineMaxPercent: number | undefined;
  /** Datasets that columns refer to: a change of theirs can change which rows are refused. */
  readonly lookups?: readonly DatasetName[];
  /** Where the keys are by which columns are protected. */
  readonly keys?: Readonly<Record<string, SecretReference>>;
  /** Columns of its source that it protects; absent: none. */
  readonly personal?: readonly string[];
}

/** The name of the check that guards rules with `onFail: 'error'`. */
export const STOPPING_RULES_CHECK = 'rules that stop the build';
