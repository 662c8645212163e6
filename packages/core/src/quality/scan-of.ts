import { parseDatasetName } from '../layout/dataset-name.ts';
import type { CheckScan } from '../ports/sql-engine.ts';
import { forBoth, type Words } from '../sql/render.ts';
import { referenceRelation } from './reference-relation.ts';
import type { RenderedCheck } from './rendered-check.ts';

/** The query of a check that one scan with the others cannot answer; undefined for all others. */
export function scanOf(check: RenderedCheck, id: string, byDay: boolean): CheckScan | undefined {
  switch (check.kind) {
    case 'unique':
      return countByDay(id, byDay, (words) => {
        const by = [...(byDay ? ['_day'] : []), ...check.columns.map(words.name)].join(', ');
        return `(SELECT ${byDay ? '_day' : '1 AS one'} FROM _rows GROUP BY ${by} HAVING COUNT(*) > 1) AS _copies`;
      });
    case 'relationship': {
      const other = referenceRelation(parseDatasetName(check.to));
      return countByDay(id, byDay, (words) => {
        const value = `_rows.${words.name(check.column)}`;
        const known = `SELECT 1 FROM ${other} AS _other WHERE _other.${words.name(check.toColumn ?? check.column)} = ${value}`;
        return `_rows WHERE ${value} IS NOT NULL AND NOT EXISTS (${known})`;
      });
    }
    case 'sql': {
      const { rendered } = check;
      return rendered === undefined || check.query === undefined
        ? undefined
        : { checks: [id], sql: forBoth(({ dialect }) => `SELECT COUNT(*) FROM (${rendered[dialect]}) AS _failing`) };
    }
    default:
      return undefined;
  }
}

function countByDay(id: string, byDay: boolean, from: (words: Words) => string): CheckScan {
  const text = (words: Words) => words.type({ kind: 'varchar' });
  return {
    checks: [id],
    ...(byDay ? { byDay } : {}),
    sql: forBoth((words) =>
      byDay ? `SELECT CAST(_day AS ${text(words)}), COUNT(*) FROM ${from(words)} GROUP BY _day` : `SELECT COUNT(*) FROM ${from(words)}`,
    ),
  };
}
