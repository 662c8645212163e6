import type { CheckScan } from '../ports/sql-engine.ts';
import { forBoth } from '../sql/render.ts';

/** The reason that a refused row has when a check refused it. */
export function reasonOfCheck(id: string): string {
  return `check ${id}`;
}

/** Counts the rows that checks set aside (`_refused`), by check. */
export function refusedScan(checks: readonly string[], byDay: boolean): CheckScan {
  return {
    checks,
    ...(byDay ? { byDay } : {}),
    sql: forBoth((words) => {
      // Between commas, so that no name is found in a longer one.
      const counts = checks.map(
        (id) => `COUNT(CASE WHEN instr(concat(', ', _reasons, ', '), ${words.text(`, ${reasonOfCheck(id)}, `)}) > 0 THEN 1 END)`,
      );
      const day = byDay ? [`CAST(_day AS ${words.type({ kind: 'varchar' })})`] : [];
      return `SELECT ${[...day, ...counts].join(', ')} FROM _refused${byDay ? ' GROUP BY _day' : ''}`;
    }),
  };
}
