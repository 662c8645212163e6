import type { TextRule } from './rule.ts';

/** The white space that both regular expression engines mean, spelt out because their `\s` differ. */
export const WHITE_SPACE = '[ \\t\\n\\r\\f]';

/** Removes white space at both ends. */
export const trim: TextRule = (column, words) => {
  if (column.trim !== true) return undefined;
  // `\z`, not `$`: for Spark `$` is also before a line end, of which it knows more than white space has here.
  const ends = words.text(`^${WHITE_SPACE}+|${WHITE_SPACE}+\\z`);
  return (text) => `regexp_replace(${text}, ${ends}, ''${words.dialect === 'duckdb' ? ", 'g'" : ''})`;
};
