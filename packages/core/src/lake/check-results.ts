import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { checkResultsKey } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** A row of `quality.check_results`: how one check went on one partition in one attempt of a run. */
export interface CheckResultRow {
  readonly dataset: DatasetName;
  /** Null: the check is about the whole build. */
  readonly partition: LogicalDate | null;
  readonly check_name: string;
  readonly kind: string;
  readonly severity: string;
  readonly outcome: 'passed' | 'tolerated' | 'warned' | 'set aside' | 'failed';
  readonly violations: number;
  readonly row_count: number;
  readonly measured: number | null;
  readonly detail: string | null;
  readonly run: string;
  readonly attempt: string;
  readonly logical_date: LogicalDate;
  /** The version of the table that was judged: published, unless `is_blocked`. */
  readonly version: number;
  /** True: a check of severity error failed, so the attempt was not published. */
  readonly is_blocked: boolean;
  readonly evaluated_at: string;
}

/** Keeps the results of one attempt: an object of its own, one row a line, so that keeping costs the same however many there are. */
export async function keepCheckResults(
  store: ObjectStore,
  dataset: DatasetName,
  attempt: string,
  rows: readonly CheckResultRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await store.putIfAbsent(
    checkResultsKey(dataset, attempt),
    new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  );
}
