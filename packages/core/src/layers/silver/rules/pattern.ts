import { matches } from '../../../sql/conditions.ts';
import type { ValueRule } from './rule.ts';

/** The whole text must match a regular expression. */
export const pattern: ValueRule = {
  reason: 'pattern',
  violation: (column, value, words) =>
    column.pattern === undefined ? undefined : `COALESCE(NOT ${matches(value, column.pattern, words)}, FALSE)`,
};
