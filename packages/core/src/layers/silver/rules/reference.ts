import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { parseDatasetName, relationOf } from '../../../layout/dataset-name.ts';
import type { Words } from '../../../sql/render.ts';

/** A column whose values must be values of a column of another silver dataset. */
interface Referring {
  readonly name: string;
  readonly rules: CleaningColumn;
}

/**
 * SQL to join the values that a column may have, as `f__<column>`: as a join, because Spark takes no subquery outside of a
 * filter. No row is there twice. Undefined: the column does not refer to another.
 */
export function joinReference({ name, rules }: Referring, value: string, words: Words): string | undefined {
  if (rules.reference === undefined) return undefined;
  const { dataset, column } = rules.reference;
  const there = words.name(column);
  const known = `SELECT DISTINCT ${there} AS ${words.name(`f__${name}`)} FROM ${relationOf(parseDatasetName(dataset))} WHERE ${there} IS NOT NULL`;
  return `LEFT JOIN (${known}) AS ${words.name(`_known__${name}`)} ON ${value} = ${words.name(`f__${name}`)}`;
}

/** SQL that is true where the joined column does not have the value; no value is no violation. */
export function breaksReference({ name, rules }: Referring, value: string, words: Words): string | undefined {
  return rules.reference === undefined ? undefined : `${value} IS NOT NULL AND ${words.name(`f__${name}`)} IS NULL`;
}
