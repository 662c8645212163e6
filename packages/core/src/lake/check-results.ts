import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { checkResultsKey, checkResultsPrefix, type ObjectKey } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Column } from '../sql/column-type.ts';

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

const text = { kind: 'varchar' } as const;
const whole = { kind: 'bigint' } as const;

/** The columns of `quality.check_results`. */
export const CHECK_RESULT_COLUMNS: readonly Column[] = [
  { name: 'dataset', type: text },
  { name: 'partition', type: { kind: 'date' } },
  { name: 'check_name', type: text },
  { name: 'kind', type: text },
  { name: 'severity', type: text },
  { name: 'outcome', type: text },
  { name: 'violations', type: whole },
  { name: 'row_count', type: whole },
  { name: 'measured', type: { kind: 'double' } },
  { name: 'detail', type: text },
  { name: 'run', type: text },
  { name: 'attempt', type: text },
  { name: 'logical_date', type: { kind: 'date' } },
  { name: 'version', type: whole },
  { name: 'is_blocked', type: { kind: 'boolean' } },
  { name: 'evaluated_at', type: { kind: 'timestamp' } },
];

/** The objects that hold `quality.check_results`, or the part of it that is about one dataset. */
export async function listCheckResults(store: ObjectStore, dataset?: DatasetName): Promise<readonly ObjectKey[]> {
  return (await store.list(checkResultsPrefix(dataset))).map(({ key }) => key);
}

/** What the checks of a dataset said the last time they were asked; empty if they never were. */
export async function readLatestCheckResults(store: ObjectStore, dataset: DatasetName): Promise<readonly CheckResultRow[]> {
  const listed = await store.list(checkResultsPrefix(dataset));
  const [first, ...others] = listed;
  if (first === undefined) return [];
  const { key } = others.reduce((latest, one) => (one.modifiedAt >= latest.modifiedAt ? one : latest), first);
  const lines = new TextDecoder().decode((await store.get(key))?.body).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CheckResultRow);
}
