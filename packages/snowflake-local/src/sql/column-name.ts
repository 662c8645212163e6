import { identifierName } from './identifiers.ts';
import { generateSnowflake } from './parse.ts';
import { isPresent, nodeOf } from './tree.ts';

/** Gives the name of a result column without an alias: the column's own, or the expression's text in upper case. */
export function nameOfExpression(item: unknown): string {
  const { kind, fields } = nodeOf(item);
  if (kind === 'column') return identifierName(fields['name']);
  if (kind === 'dot') return identifierName(fields['field']);
  if (kind === 'date_diff' || !isPresent(item)) return 'DATEDIFF(…)';
  return generateSnowflake(item).toUpperCase();
}
