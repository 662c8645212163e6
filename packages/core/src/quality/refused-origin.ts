import type { DatasetName } from '../layout/dataset-name.ts';
import type { Column } from '../sql/column-type.ts';
import { forBoth, type Words } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';

const text = (name: string): Column => ({ name, type: { kind: 'varchar' } });

/** What every refused row carries beside its own values: why, which dataset refused it, and which batch of which run brought it. */
export const REFUSED_COLUMNS: readonly Column[] = [text('_reasons'), text('_dataset'), text('_batch'), text('_run')];

/** Adds to the refused rows of a query, which have `_reasons` and perhaps `_batch`, what else {@link REFUSED_COLUMNS} names. */
export function withOrigin(refused: RenderedSql, dataset: DatasetName, hasBatch: boolean): RenderedSql {
  return forBoth((words) => {
    const nothing = `CAST(NULL AS ${words.type({ kind: 'varchar' })})`;
    const origin = hasBatch ? [`${runOf('_batch')} AS _run`] : [`${nothing} AS _batch`, `${nothing} AS _run`];
    return `SELECT *, ${[`${words.text(dataset)} AS _dataset`, ...origin].join(', ')} FROM (${refused[words.dialect]}) AS _bad`;
  });
}

// A batch is named `DATE-RUN-ATTEMPT` (`attemptName`).
function runOf(batch: string): string {
  return `substr(${batch}, 12, length(${batch}) - 11 - instr(reverse(${batch}), '-'))`;
}

/** What brought a row, and which dataset refused it. */
export interface RefusedOrigin {
  readonly dataset: DatasetName;
  readonly batch: string;
  readonly run: string;
}

/** The same for rows of which it is known what brought them. */
export function knownOrigin({ dataset, batch, run }: RefusedOrigin, words: Words): string {
  return `${words.text(dataset)} AS _dataset, ${words.text(batch)} AS _batch, ${words.text(run)} AS _run`;
}
