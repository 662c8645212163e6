import type { ColumnType } from './column-type.ts';
import type { Scalar, Words } from './render.ts';

/** SQL that is true where the whole of `value` matches `pattern`; NULL for NULL. */
export function matches(value: string, pattern: string, words: Words): string {
  // `\z`, not `$`: for Spark `$` also matches before a line end. `(?d)`: only \n ends a line, so `.` is as in RE2.
  return words.dialect === 'duckdb'
    ? `regexp_full_match(${value}, ${words.text(pattern)})`
    : `(${value} RLIKE ${words.text(`(?d)^(?:${pattern})\\z`)})`;
}

/** SQL that is true where `value` lies outside `[min, max]`; NULL is inside. */
export function outside(
  value: string,
  type: ColumnType,
  bounds: { readonly min?: Scalar | undefined; readonly max?: Scalar | undefined },
  words: Words,
): string {
  const parts = [
    ...(bounds.min === undefined ? [] : [`${value} < ${words.constant(bounds.min, type)}`]),
    ...(bounds.max === undefined ? [] : [`${value} > ${words.constant(bounds.max, type)}`]),
  ];
  return parts.length === 0 ? 'FALSE' : `COALESCE(${parts.join(' OR ')}, FALSE)`;
}

/** SQL that is true where `value` is a value but none of `values`. */
export function noneOf(value: string, type: ColumnType, values: readonly Scalar[], words: Words): string {
  return `COALESCE(${value} NOT IN (${values.map((one) => words.constant(one, type)).join(', ')}), FALSE)`;
}
