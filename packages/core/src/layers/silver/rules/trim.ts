import type { TextRule } from './rule.ts';

/** The white space that both regular expression engines mean, spelt out because their `\s` differ. */
export const WHITE_SPACE = '[ \\t\\n\\r\\f]';

/** Removes white space at both ends. */
export const trim: TextRule = (column, words) => {
  if (column.trim !== true) return undefined;
  const ends = words.text(`^${WHITE_SPACE}+|${WHITE_SPACE}+$`);
  return (text) => `regexp_replace(${text}, ${ends}, ''${words.dialect === 'duckdb' ? ", 'g'" : ''})`;
};
