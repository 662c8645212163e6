import { filesOf, onlyBatches } from '../../lake/batch-files.ts';
import type { Batch } from '../../lake/commit.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import type { BuildRequest } from '../../ports/sql-engine.ts';
import { forBoth, type Words } from '../../sql/render.ts';
import { batchOrder } from '../changelog.ts';
import type { BronzeDataset } from './bronze-dataset.ts';

/** What finding rows that are no more works with. */
export interface RetractionSpec {
  readonly dataset: BronzeDataset;
  readonly key: readonly string[];
  /** Everything that was extracted before, oldest first. */
  readonly known: readonly Batch[];
  readonly day: LogicalDate;
  readonly prefix: string;
  /** False: the source is not asked for its keys, so only rows that have changed are found. */
  readonly listsKeys: boolean;
}

/**
 * Plans how to find, among the rows known so far, those that are no more as they were: their key is not in `_keys`, the list
 * of what the source has, or `_window` has just brought another state of them. The runner adds both relations.
 */
export function planRetraction({ dataset, key, known, day, prefix, listsKeys }: RetractionSpec): BuildRequest {
  const { name, columns } = dataset;
  const files = filesOf(known).map((file) => file.key);
  const sql = forBoth((words) => {
    const by = key.map((column) => words.name(column));
    const live = `SELECT *, MAX(_seq) OVER (PARTITION BY ${by.join(', ')}) AS _newest FROM _known JOIN _order USING (_batch)`;
    const gone = listsKeys ? ` OR NOT ${existsIn('_keys', key, words)}` : '';
    const others = columns.slice(0, -1).map((column) => words.name(column.name));
    return `SELECT ${others.join(', ')}, TRUE AS _deleted FROM (${live}) AS k WHERE NOT _deleted AND _seq = _newest AND (${existsIn('_window', key, words)}${gone})`;
  });
  return {
    dataset: name,
    stages: [
      { kind: 'input', input: { relation: '_known', dataset: name, columns, files, batchColumn: true, ...onlyBatches(known) } },
      { kind: 'view', name: '_order', sql: batchOrder(known) },
      { kind: 'table', name: '_rows', sql },
    ],
    outputs: [{ part: 'rows', from: '_rows', columns, sortBy: key, partition: { kind: 'day', day }, prefix }],
    checks: [],
  };
}

function existsIn(relation: string, key: readonly string[], words: Words): string {
  const isSame = key.map((column) => `r.${words.name(column)} = k.${words.name(column)}`).join(' AND ');
  return `EXISTS (SELECT 1 FROM ${relation} AS r WHERE ${isSame})`;
}
