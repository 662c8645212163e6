import { type DatasetName, type LogicalDate, logicalDate, SnowmeltError } from '@snowmelt/core/ports';
import { identifier } from './duckdb-sql.ts';
import type { OutputWriter } from './output-writer.ts';

/** A day that has rows. */
export interface DayCount {
  readonly day: LogicalDate;
  readonly rows: number;
}

/** The days of a relation's rows (`_day`), in order; with `only`, rows of other days are an error. @throws build/row-outside-partition */
export async function countDays(
  { dataset, statements }: Pick<OutputWriter, 'dataset' | 'statements'>,
  from: string,
  only: readonly LogicalDate[] | undefined,
): Promise<readonly DayCount[]> {
  const counts = await statements.rows(
    `SELECT CAST(CAST("_day" AS DATE) AS VARCHAR), count(*) FROM ${identifier(from)} GROUP BY 1 ORDER BY 1`,
    `counting the rows of ${dataset}`,
  );
  const allowed = only === undefined ? undefined : new Set<unknown>(only);
  const isInside = (day: unknown): boolean => (allowed === undefined ? /^\d{4}-\d\d-\d\d$/.test(String(day)) : allowed.has(day));
  const outside = counts.filter(([day]) => !isInside(day)).reduce((sum, [, rows]) => sum + Number(rows), 0);
  if (outside > 0) throw outsidePartition(dataset, outside, only);
  return counts.map(([day, rows]) => ({ day: logicalDate(String(day)), rows: Number(rows) }));
}

/** The error for rows that are of no day that was asked for. */
export function outsidePartition(dataset: DatasetName, rows: number, only: readonly LogicalDate[] | undefined): SnowmeltError {
  const asked = only === undefined ? 'no day of the calendar' : 'another day than the ones asked for, or to none';
  return new SnowmeltError('build/row-outside-partition', {
    message: `${rows} row(s) of ${dataset} belong to ${asked}.`,
    hint: 'The event time of a row must be a date, and must be that of the input rows it was made from.',
    at: { dataset },
  });
}
