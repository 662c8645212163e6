import type { TextRule } from './rule.ts';

/** Turns texts that mean "no value" into NULL. */
export const nullIf: TextRule = (column, words) => {
  if (column.nullIf === undefined) return undefined;
  const texts = column.nullIf.map(words.text).join(', ');
  return (text) => `CASE WHEN ${text} IN (${texts}) THEN NULL ELSE ${text} END`;
};
