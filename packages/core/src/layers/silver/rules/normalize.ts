import type { TextRule } from './rule.ts';

/** Gives texts that look alike one spelling: Unicode's normal form C. Spark has no such function, so its runner brings one. */
export const normalize: TextRule = (column, words) =>
  column.normalize === undefined ? undefined : (text) => (words.dialect === 'duckdb' ? `nfc_normalize(${text})` : `snowmelt_nfc(${text})`);
