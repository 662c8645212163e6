import { type ColumnType, isSameType } from '../../../sql/column-type.ts';
import type { Words } from '../../../sql/render.ts';
import { castText, isText } from './cast-text.ts';

/** What becomes of a value that the type cannot hold as it is. */
export type CastPolicy = 'exact' | 'round' | 'truncate';

/** A cast that a column asks for. */
export interface Cast {
  readonly from: ColumnType;
  readonly to: ColumnType;
  readonly policy: CastPolicy;
}

/** Renders a cast: SQL that is NULL where `value` is NULL, or cannot be of the type without a loss that the policy does not allow. */
export function renderCast(value: string, cast: Cast, words: Words): string {
  if (isSameType(cast.from, cast.to)) return value;
  if (isText(cast.from)) return castText(value, cast.to, cast.policy, words);
  const result = plainCast(value, cast, words);
  if (cast.policy !== 'exact' || isExact(cast.from, cast.to)) return result;
  const back = `TRY_CAST(${result} AS ${words.type(cast.from)})`;
  return `CASE WHEN ${back} = ${value} THEN ${result} END`;
}

// Halves are rounded away from zero. Left to themselves, DuckDB rounds those of doubles to even numbers, and Spark cuts off.
function plainCast(value: string, { from, to, policy }: Cast, words: Words): string {
  const type = words.type(to);
  if (to.kind !== 'bigint' || policy !== 'round') return `TRY_CAST(${value} AS ${type})`;
  if (from.kind === 'double') return `TRY_CAST(round(${value}) AS ${type})`;
  return from.kind === 'decimal' ? `TRY_CAST(TRY_CAST(${value} AS DECIMAL(38,0)) AS ${type})` : `TRY_CAST(${value} AS ${type})`;
}

// Casts that succeed without a loss or not at all. Every value has a text.
function isExact(from: ColumnType, to: ColumnType): boolean {
  if (isText(to) || to.kind === 'binary') return true;
  if (from.kind === 'date' && to.kind === 'timestamp') return true;
  if (from.kind === 'boolean') return true;
  if (to.kind === 'bigint') return from.kind === 'decimal' && from.scale === 0;
  if (to.kind !== 'decimal') return false;
  return from.kind === 'bigint' || (from.kind === 'decimal' && from.scale <= to.scale);
}
