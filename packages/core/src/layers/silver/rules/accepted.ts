import { noneOf } from '../../../sql/conditions.ts';
import type { ValueRule } from './rule.ts';

/** The value must be one of a list. */
export const accepted: ValueRule = {
  reason: 'accepted',
  violation: (column, value, words) => (column.accepted === undefined ? undefined : noneOf(value, column.type, column.accepted, words)),
};
