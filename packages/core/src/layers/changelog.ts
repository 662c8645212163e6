import type { Batch } from '../lake/commit.ts';
import { addDays, logicalDate } from '../layout/logical-date.ts';
import { forBoth } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';

/** The query that says which batch (`_batch`) follows which (`_seq`): of a key, the newest batch that has it tells how it is. */
export function batchOrder(batches: readonly Pick<Batch, 'id'>[]): RenderedSql {
  return forBoth((words) => {
    if (batches.length === 0) return `SELECT '' AS _batch, 0 AS _seq WHERE FALSE`;
    return `SELECT * FROM (VALUES ${batches.map(({ id }, i) => `(${words.text(id)}, ${i})`).join(', ')}) AS _batches(_batch, _seq)`;
  });
}

/** The same with the time up to which each batch tells how rows are (`_at`): the end of its window, else that of its logical date. */
export function timedBatchOrder(batches: readonly Pick<Batch, 'id' | 'window'>[]): RenderedSql {
  return forBoth((words) => {
    const time = words.type({ kind: 'timestamp' });
    if (batches.length === 0) return `SELECT '' AS _batch, 0 AS _seq, CAST(NULL AS ${time}) AS _at WHERE FALSE`;
    const rows = batches.map((batch, i) => `(${words.text(batch.id)}, ${i}, CAST(${words.text(endOf(batch))} AS ${time}))`);
    return `SELECT * FROM (VALUES ${rows.join(', ')}) AS _batches(_batch, _seq, _at)`;
  });
}

// Of what a source says finer than microseconds, nothing is kept; a DATE is its midnight.
function endOf({ id, window }: Pick<Batch, 'id' | 'window'>): string {
  const [, date, time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d{1,6})?))?/.exec(window.high ?? '') ?? [];
  return date === undefined ? `${addDays(logicalDate(id.slice(0, 10)), 1)} 00:00:00` : `${date} ${time}`;
}
