import type { Contract } from '../../lake/commit.ts';
import type { RenderedSql } from '../../sql/text.ts';
import type { DatasetBase, Partitioning } from '../dataset-base.ts';

/** A gold dataset of the graph. */
export interface GoldDataset extends DatasetBase {
  readonly layer: 'gold';
  readonly partitioning: Partitioning;
  readonly key: readonly string[] | undefined;
  readonly sql: RenderedSql;
  readonly contract?: Contract;
}
