import { printExpression } from './print-expression.ts';
import type { Scope } from './scope.ts';
import { allowOnly, fieldsOf } from './tree.ts';

/** Writes ` ORDER BY …`. Snowflake takes NULL for the largest value, so it comes last going up and first going down. */
export function printOrder(terms: readonly unknown[], scope: Scope): string {
  if (terms.length === 0) return '';
  const list = terms.map((term) => {
    const fields = fieldsOf(term);
    allowOnly('ORDER BY', fields, ['this', 'desc', 'nulls_first']);
    const nullsFirst = typeof fields['nulls_first'] === 'boolean' ? fields['nulls_first'] : fields['desc'] === true;
    return `${printExpression(fields['this'], scope)}${fields['desc'] === true ? ' DESC' : ''} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
  });
  return ` ORDER BY ${list.join(', ')}`;
}
