import type { BuildReport } from '../ports/sql-engine.ts';
import type { Refusals } from '../quality/judge-quarantine.ts';

/** How many rows went into each day of a build, and how many of them were refused. */
export function refusalsOf({ accounts, outputs }: BuildReport): readonly Refusals[] {
  const written = outputs.flatMap(({ part, partitions }) => (part === 'quarantine' ? partitions : []));
  const refused = new Map(written.map(({ day, rows }) => [day, rows]));
  return accounts.map(({ day, rowsRead }) => ({ day, rowsRead, rowsRefused: refused.get(day) ?? 0 }));
}
