import type { FixtureRow } from '../ports/fixture-tables.ts';

/** A refused row whose reasons stand in the order of the alphabet, so that they can be written as a text or a list in any order. */
export function sortReasons(row: FixtureRow): FixtureRow {
  const text = row['_reasons'];
  if (text === undefined || text === null) return row;
  const reasons = text.startsWith('[') ? (JSON.parse(text) as readonly unknown[]).map(reasonOf) : text.split(', ');
  return { ...row, _reasons: [...reasons].sort().join(', ') };
}

// In a list of YAML, `amount: range` without quotes is a map of one key.
function reasonOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  return Object.entries(item)
    .map(([column, rule]) => `${column}: ${String(rule)}`)
    .join(', ');
}
