import type { DigestLevel } from '../../ports/digest.ts';
import type { DriftRules, SourceColumn, SourceRelation, Transport } from '../../ports/source.ts';
import type { BatchExpectation } from '../../quality/batch-expectation.ts';
import type { DatasetBase } from '../dataset-base.ts';

interface WatermarkMode {
  readonly watermark: string;
  readonly lagSeconds: number;
  readonly nulls: 'fail' | 'exclude';
}

/** How much of the source one run reads, and how it learns what was deleted there. */
export type BronzeMode =
  | { readonly kind: 'full' }
  | ({ readonly kind: 'window' } & WatermarkMode)
  | ({ readonly kind: 'keys-diff' } & WatermarkMode)
  | { readonly kind: 'changes'; readonly lagSeconds: number; readonly onGap: 'reextract' | 'fail' };

/** A bronze dataset of the graph. */
export interface BronzeDataset extends DatasetBase {
  readonly layer: 'bronze';
  readonly relation: SourceRelation;
  readonly sourceColumns: readonly SourceColumn[];
  readonly key: readonly string[] | undefined;
  readonly mode: BronzeMode;
  readonly transport?: Transport | 'auto';
  /** How many statements read it; absent: one. */
  readonly slices?: number;
  /** Absent: batches are not compared with the source. */
  readonly reconcile?: DigestLevel;
  readonly drift?: Omit<DriftRules, 'seen'>;
  readonly quarantineMaxPercent?: number;
  /** Columns that hold personal data; absent: none. */
  readonly personal?: readonly string[];
  /** What a batch must be like, as far as its files' footers can tell. */
  readonly expectations?: readonly BatchExpectation[];
}

/** The key by which batches follow each other, in modes that say what was deleted; undefined in the others. */
export function changelogKey({ mode, key }: Pick<BronzeDataset, 'mode' | 'key'>): readonly string[] | undefined {
  return mode.kind === 'changes' || mode.kind === 'keys-diff' ? (key ?? []) : undefined;
}
