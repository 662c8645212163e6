import { type ColumnType, isSameType } from './column-type.ts';

/** What becomes of a column's values when its type changes: none changes; all fit; some may not; they are something else. */
export type TypeChange = 'same' | 'widened' | 'narrowed' | 'retyped';

/** Compares two types of a column. */
export function compareTypes(from: ColumnType, to: ColumnType): TypeChange {
  if (isSameType(from, to)) return 'same';
  const before = digitsOf(from);
  const after = digitsOf(to);
  if (before === undefined || after === undefined) return 'retyped';
  return after.whole >= before.whole && after.scale >= before.scale ? 'widened' : 'narrowed';
}

function digitsOf(type: ColumnType): { readonly whole: number; readonly scale: number } | undefined {
  if (type.kind === 'bigint') return { whole: 18, scale: 0 };
  return type.kind === 'decimal' ? { whole: type.precision - type.scale, scale: type.scale } : undefined;
}
