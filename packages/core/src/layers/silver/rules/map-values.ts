import type { TextRule } from './rule.ts';

/** Replaces whole values by others. */
export const mapValues: TextRule = (column, words) => {
  if (column.map === undefined) return undefined;
  const cases = Object.entries(column.map).map(([from, to]) => `WHEN ${words.text(from)} THEN ${to === null ? 'NULL' : words.text(to)}`);
  return (text) => `CASE ${text} ${cases.join(' ')} ELSE ${text} END`;
};
