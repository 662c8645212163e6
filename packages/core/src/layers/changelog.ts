import type { Batch } from '../lake/commit.ts';
import { forBoth } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';

/** The query that says which batch (`_batch`) follows which (`_seq`): of a key, the newest batch that has it tells how it is. */
export function batchOrder(batches: readonly Pick<Batch, 'id'>[]): RenderedSql {
  return forBoth((words) => {
    if (batches.length === 0) return `SELECT '' AS _batch, 0 AS _seq WHERE FALSE`;
    return `SELECT * FROM (VALUES ${batches.map(({ id }, i) => `(${words.text(id)}, ${i})`).join(', ')}) AS _batches(_batch, _seq)`;
  });
}
