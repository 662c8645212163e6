import type { TextRule } from './rule.ts';

/** Replaces whole values by others. */
export const mapValues: TextRule = (column, words) => {
  const entries = Object.entries(column.map ?? {});
  if (entries.length === 0) return undefined;
  const cases = entries.map(([from, to]) => `WHEN ${words.text(from)} THEN ${to === null ? 'NULL' : words.text(to)}`);
  return (text) => `CASE ${text} ${cases.join(' ')} ELSE ${text} END`;
};
