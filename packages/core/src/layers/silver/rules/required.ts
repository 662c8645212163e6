import type { ValueRule } from './rule.ts';

/** No value is a reason to refuse the row. */
export const required: ValueRule = {
  reason: 'required',
  violation: (column, value) => (column.required === true ? `${value} IS NULL` : undefined),
};
