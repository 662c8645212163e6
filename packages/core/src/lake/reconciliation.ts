import type { DigestLevel, RowsDigest, RowsReference } from '../ports/digest.ts';

/** Proof that a batch was the source's rows when it was committed: kept with it. */
export interface Reconciliation {
  readonly level: DigestLevel;
  /** When, by the clock of whoever compared. */
  readonly at: string;
  /** Where the source's rows were looked at; absent: the source cannot show them again, so only its count of rows was compared. */
  readonly reference?: RowsReference;
  /** So many of the batch's files, from the first, hold what was compared. Those behind them say what is no more. */
  readonly files: number;
  /** What both sides hold. */
  readonly digest: RowsDigest;
}
