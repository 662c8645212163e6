import type { DigestLevel } from '../../ports/digest.ts';
import type { SourceColumn, SourceRelation, Transport } from '../../ports/source.ts';
import type { DatasetBase } from '../dataset-base.ts';

/** How much of the source one run reads. */
export type BronzeMode =
  | { readonly kind: 'full' }
  | { readonly kind: 'window'; readonly watermark: string; readonly lagSeconds: number; readonly nulls: 'fail' | 'exclude' };

/** A bronze dataset of the graph. */
export interface BronzeDataset extends DatasetBase {
  readonly layer: 'bronze';
  readonly relation: SourceRelation;
  readonly sourceColumns: readonly SourceColumn[];
  readonly key: readonly string[] | undefined;
  readonly mode: BronzeMode;
  readonly transport?: Transport | 'auto';
  /** Absent: batches are not compared with the source. */
  readonly reconcile?: DigestLevel;
}
