import type { Column } from '../sql/column-type.ts';
import { typeOf } from '../sql/column-type.ts';
import { matches, noneOf, outside } from '../sql/conditions.ts';
import type { Words } from '../sql/render.ts';
import type { RenderedCheck } from './rendered-check.ts';

/** SQL that is true for a row that breaks the check; undefined for checks that are not about single rows. NULL breaks notNull and sql. */
export function rowCondition(check: RenderedCheck, columns: readonly Column[], words: Words): string | undefined {
  switch (check.kind) {
    case 'notNull':
      return `${words.name(check.column)} IS NULL`;
    case 'acceptedValues':
      return noneOf(words.name(check.column), typeOf(check.column, columns), check.values, words);
    case 'range':
      return outside(words.name(check.column), typeOf(check.column, columns), check, words);
    case 'pattern':
      return `COALESCE(NOT ${matches(words.name(check.column), check.pattern, words)}, FALSE)`;
    case 'sql':
      return check.condition === undefined ? undefined : `NOT COALESCE((${check.rendered?.[words.dialect] ?? 'TRUE'}), FALSE)`;
    default:
      return undefined;
  }
}
