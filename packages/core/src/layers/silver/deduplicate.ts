import { forBoth, type Words } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';

/** How copies are recognised, and which one stays. */
export interface DeduplicateSpec {
  readonly columns: readonly string[];
  readonly key: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly distinct: readonly string[] | undefined;
  /** Rows of different days are never copies of each other. */
  readonly byDay: boolean;
}

/**
 * Renders the query that leaves, of the rows of `_candidates`, one per key (the greatest version; ties are decided by
 * all other columns) and then one of each set of copies (the smallest key). The winner is a maximum over a total order,
 * so the result does not depend on how the rows were split into batches.
 */
export function renderDeduplicate(spec: DeduplicateSpec): RenderedSql {
  return forBoth((words) => {
    let query = '_candidates';
    const others = (columns: readonly string[]) => spec.columns.filter((column) => !columns.includes(column));
    if (spec.key !== undefined) {
      const version = spec.version === undefined ? [] : [spec.version];
      const order = [...version, ...others([...spec.key, ...version])].map((column) => `${words.name(column)} DESC NULLS LAST`);
      query = firstOf(query, spec, spec.key, order, words);
    }
    if (spec.distinct !== undefined) {
      const first = spec.key ?? [];
      const order = [...first, ...others([...first, ...spec.distinct])].map((column) => `${words.name(column)} ASC NULLS FIRST`);
      query = firstOf(query, spec, spec.distinct, order, words);
    }
    return `SELECT ${outputColumns(spec, words)} FROM ${query}`;
  });
}

function firstOf(from: string, spec: DeduplicateSpec, partition: readonly string[], order: readonly string[], words: Words): string {
  const by = [...(spec.byDay ? ['_day'] : []), ...partition.map(words.name)].join(', ');
  const ranked = `SELECT *, row_number() OVER (PARTITION BY ${by} ORDER BY ${order.length === 0 ? by : order.join(', ')}) AS _rank FROM ${from}`;
  return `(SELECT ${outputColumns(spec, words)} FROM (${ranked}) AS _ranked WHERE _rank = 1) AS _first`;
}

function outputColumns(spec: DeduplicateSpec, words: Words): string {
  return [...spec.columns.map(words.name), ...(spec.byDay ? ['_day'] : [])].join(', ');
}
