import { outside } from '../../../sql/conditions.ts';
import type { ValueRule } from './rule.ts';

/** The value must lie between two bounds, both included. */
export const range: ValueRule = {
  reason: 'range',
  violation: (column, value, words) => (column.range === undefined ? undefined : outside(value, column.type, column.range, words)),
};
