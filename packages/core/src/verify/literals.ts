import type { GraphDataset } from '../compile/graph.ts';
import { LOGICAL_DATE_SLOT } from '../sql/logical-date-slot.ts';
import type { Random } from './random.ts';
import { samplePattern } from './sample-pattern.ts';

/** The constants that a dataset's SQL compares with. */
export interface Literals {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

const LONGEST = 60;

/** Finds the constants in the finished SQL of a dataset: its model or rules, and its checks. */
export function findLiterals(dataset: GraphDataset): Literals {
  const texts = new Set<string>();
  const numbers = new Set<string>();
  for (const sql of duckdbTexts(dataset)) {
    for (const [, text = ''] of sql.matchAll(/'((?:[^']|'')*)'/g)) texts.add(text.replaceAll("''", "'"));
    for (const [number] of sql.replace(/'(?:[^']|'')*'/g, "''").matchAll(/(?<![\w."])\d+(?:\.\d+)?(?![\w"])/g)) numbers.add(number);
  }
  for (const text of texts) if (/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) numbers.add(text);
  const reasons = new Set(findRules(dataset));
  const kept = [...texts].filter((text) => text.length <= LONGEST && !text.includes(LOGICAL_DATE_SLOT) && !reasons.has(text));
  return { texts: kept, numbers: [...numbers] };
}

/** The rules that can refuse a row of a dataset, as its refused rows name them: `column: rule`. */
export function findRules(dataset: GraphDataset): readonly string[] {
  if (dataset.layer !== 'silver' || dataset.cleaning === undefined) return [];
  const found = dataset.cleaning.classify.duckdb.matchAll(/THEN '([a-z][a-z0-9_]*: [a-z][a-zA-Z ]*)' END/g);
  return [...new Set([...found].map(([, reason = '']) => reason))];
}

/** Texts near a constant: itself in other cases and with blanks, what a pattern matches, what LIKE means by it. */
export function textsNear(literal: string, random: Random): readonly string[] {
  const like = /[%_]/.test(literal) ? [literal.replaceAll('%', ''), literal.replaceAll('%', 'x1').replaceAll('_', 'y')] : [];
  const samples = /[[\\(+*?{]/.test(literal) ? Array.from({ length: 6 }, () => samplePattern(literal, random) ?? literal) : [];
  return [literal, ...new Set([...like, ...samples]), literal.toLowerCase(), ` ${literal} `, `${literal}x`];
}

/** Whole numbers at and beside a constant. */
export function numbersNear(literal: string): readonly string[] {
  const whole = BigInt(literal.split('.')[0] ?? '0');
  return [...new Set([literal, String(whole - 1n), String(whole + 1n), String(-whole)])];
}

function duckdbTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(duckdbTexts);
  if (typeof value !== 'object' || value === null) return [];
  if ('duckdb' in value && 'spark' in value && typeof value.duckdb === 'string') return [value.duckdb];
  return Object.values(value).flatMap(duckdbTexts);
}
