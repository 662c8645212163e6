import { type BuildReport, type BuildRequest, type DayFigures, type LogicalDate, logicalDate } from '@snowmelt/core/ports';
import { answerMeasures, rowsOf } from '../duckdb/measure-rows.ts';

type Findings = Required<Pick<BuildReport, 'violations' | 'measured'>>;
type Figures = Readonly<Record<string, number | string | null>>;

/** Which measures footers answer, and which are left to be taken from the rows. */
export function splitMeasures({ measurement }: Pick<BuildRequest, 'measurement'>, outputs: BuildReport['outputs']) {
  if (measurement === undefined) return { measures: [], known: [] };
  const { asked, known } = answerMeasures(measurement, rowsOf(outputs));
  return { measures: asked.map(({ id }) => id), known };
}

/** Puts together what the runner found and what footers said. */
export function mergeFindings(
  found: Readonly<Record<string, unknown>>,
  known: readonly DayFigures[],
  outputs: BuildReport['outputs'],
): Findings {
  const byDay = new Map<LogicalDate | undefined, Record<string, number | null>>();
  const note = (day: LogicalDate | undefined, figures: DayFigures['figures']): void => {
    byDay.set(day, { ...byDay.get(day), ...figures });
  };
  // All rows are of the one day that they were written for, if they were.
  const partitions = rowsOf(outputs);
  const only = partitions.length === 1 ? partitions[0]?.day : undefined;
  for (const { day, figures } of known) note(day, figures);
  for (const { day, figures } of (found['measured'] ?? []) as readonly { readonly day?: string; readonly figures: Figures }[])
    note(day === undefined ? only : logicalDate(day), numbers(figures));
  const violations = Object.entries((found['violations'] ?? {}) as Figures).map(([check, count]) => [check, Number(count ?? 0)]);
  return {
    violations: Object.fromEntries(violations),
    measured: [...byDay].map(([day, figures]) => ({ ...(day === undefined ? {} : { day }), figures })),
  };
}

function numbers(figures: Figures): Record<string, number | null> {
  return Object.fromEntries(Object.entries(figures).map(([id, value]) => [id, value === null ? null : Number(value)]));
}
