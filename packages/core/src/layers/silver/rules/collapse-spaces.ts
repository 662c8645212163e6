import type { TextRule } from './rule.ts';
import { WHITE_SPACE } from './trim.ts';

/** Turns every run of white space into one blank. */
export const collapseSpaces: TextRule = (column, words) => {
  if (column.collapseSpaces !== true) return undefined;
  const run = words.text(`${WHITE_SPACE}+`);
  return (text) => `regexp_replace(${text}, ${run}, ' '${words.dialect === 'duckdb' ? ", 'g'" : ''})`;
};
