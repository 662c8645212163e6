import type { SpooledColumn } from '@snowmelt/core/ports';
import type { ResultColumn } from '../client/result-metadata.ts';

/**
 * Marks the columns whose cells are numbers with no more decimals than the lake's type has, as the result itself says: not as the
 * table was described before, which may have changed since.
 */
export function markExactNumbers(columns: readonly SpooledColumn[], described: readonly ResultColumn[]): readonly SpooledColumn[] {
  if (columns.length !== described.length) return columns;
  return columns.map((column, i) => (isExact(column, described[i]) ? { ...column, hasExactNumbers: true } : column));
}

function isExact({ encoding, type }: SpooledColumn, described: ResultColumn | undefined): boolean {
  if (described?.type !== 'fixed') return false;
  if (encoding === 'epoch_us' || type.kind === 'bigint') return described.scale === 0;
  return type.kind === 'decimal' && described.scale <= type.scale;
}
