import type { TextRule } from './rule.ts';
import { WHITE_SPACE } from './trim.ts';

/** Turns every run of white space into one blank. */
export const collapseSpaces: TextRule = (column, words) => {
  if (column.collapseSpaces !== true) return undefined;
  // A blank that stands alone stays as it is: most texts then have nothing to replace, which is several times as fast.
  const run = words.text(`${WHITE_SPACE}{2,}|[\\t\\n\\r\\f]`);
  return (text) => `regexp_replace(${text}, ${run}, ' '${words.dialect === 'duckdb' ? ", 'g'" : ''})`;
};
