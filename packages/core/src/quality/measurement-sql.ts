import type { Measure } from '../ports/measure.ts';
import { type EngineDialect, type SqlText, sqlText } from '../sql/text.ts';

/** The one query that takes measures of `_rows`; with `byDay`, a row for each day, with the day as text before them. */
export function measurementSql(measures: readonly Measure[], byDay: boolean, dialect: EngineDialect): SqlText {
  const text = dialect === 'duckdb' ? 'VARCHAR' : 'STRING';
  const figures = measures.map(({ sql }) => sql[dialect]).join(', ');
  return sqlText(byDay ? `SELECT CAST(_day AS ${text}), ${figures} FROM _rows GROUP BY _day` : `SELECT ${figures} FROM _rows`);
}
