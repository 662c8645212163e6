import type { Contract } from '../../lake/commit.ts';
import type { DatasetName } from '../../layout/dataset-name.ts';
import type { RenderedSql } from '../../sql/text.ts';
import type { DatasetBase, Partitioning } from '../dataset-base.ts';

/** A gold dataset of the graph. */
export interface GoldDataset extends DatasetBase {
  readonly layer: 'gold';
  readonly partitioning: Partitioning;
  readonly key: readonly string[] | undefined;
  readonly sql: RenderedSql;
  /** The budget for rows that checks set aside. */
  readonly quarantineMaxPercent?: number;
  /** How it is made key by key, if it is of kind keyed. */
  readonly keyed?: KeyedModel;
  readonly contract?: Contract;
}

/** What making a dataset key by key needs to know. */
export interface KeyedModel {
  /** Inputs that are read for some keys only: which of their columns are the key, in its order. Others belong to every key. */
  readonly inputs: readonly { readonly dataset: DatasetName; readonly columns: readonly string[] }[];
  /** True: its checks are about rows of several keys at a time, so they are judged over the whole table. */
  readonly checksWhole: boolean;
}
