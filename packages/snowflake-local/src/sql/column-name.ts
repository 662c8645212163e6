import { generateSnowflake } from './parse.ts';
import { nodeOf } from './tree.ts';

/** Gives the name of a result column without an alias that is not a plain column: the expression's text in upper case. */
export function nameOfExpression(item: unknown): string {
  const { kind, fields } = nodeOf(item);
  if (kind !== 'date_diff') return generateSnowflake(item).toUpperCase();
  // The parser writes these two arguments the wrong way round.
  const [from, to] = [fields['expression'], fields['this']].map((argument) => generateSnowflake(argument).toUpperCase());
  return `DATEDIFF(${String(fields['unit']).toUpperCase()}, ${from}, ${to})`;
}
