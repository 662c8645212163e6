import {
  answerFromFooters,
  type BuildReport,
  type BuildRequest,
  type DayFigures,
  type LogicalDate,
  logicalDate,
  type Measure,
  type Measurement,
  measurementSql,
  type WrittenPartition,
} from '@snowmelt/core/ports';
import type { Statements } from './statements.ts';

/** What the checks of a build found. */
export type Findings = Required<Pick<BuildReport, 'violations' | 'measured'>>;

/** Runs a build's scans and takes its measures; reads no row for what the footers of the written files answer. */
export async function runChecks(request: BuildRequest, outputs: BuildReport['outputs'], statements: Statements): Promise<Findings> {
  const doing = `checking ${request.dataset}`;
  const violations: Record<string, number> = {};
  const byDay = new Map<LogicalDate | undefined, Record<string, number | null>>();
  const note = (day: LogicalDate | undefined, figures: Readonly<Record<string, number | null>>): void => {
    byDay.set(day, { ...byDay.get(day), ...figures });
  };
  for (const { checks, byDay: hasDays, sql } of request.checks) {
    const rows = await statements.rows(sql.duckdb, doing);
    if (hasDays === true) for (const [day, ...counts] of rows) note(dayOf(day), named(checks, counts));
    else for (const [i, check] of checks.entries()) violations[check] = Number(rows[0]?.[i] ?? 0);
  }
  for (const { day, figures } of await measure(request.measurement, rowsOf(outputs), statements, doing)) note(day, figures);
  return { violations, measured: [...byDay].map(([day, figures]) => ({ ...(day === undefined ? {} : { day }), figures })) };
}

async function measure(
  measurement: Measurement | undefined,
  partitions: readonly WrittenPartition[],
  statements: Statements,
  doing: string,
): Promise<readonly DayFigures[]> {
  if (measurement === undefined) return [];
  const { byDay } = measurement;
  const { asked, known } = answerMeasures(measurement, partitions);
  if (asked.length === 0) return known;
  const rows = await statements.rows(measurementSql(asked, byDay, 'duckdb'), doing);
  const ids = asked.map(({ id }) => id);
  // All rows are of the one day that they were written for, if they were.
  const only = partitions.length === 1 ? partitions[0]?.day : undefined;
  const scanned = rows.map((row) =>
    byDay
      ? { day: dayOf(row[0]), figures: named(ids, row.slice(1)) }
      : { ...(only === undefined ? {} : { day: only }), figures: named(ids, row) },
  );
  return [...known, ...scanned];
}

/** What the footers of the written files answer, and the measures that are left to be taken from the rows. */
export function answerMeasures(
  { measures }: Measurement,
  partitions: readonly WrittenPartition[],
): { readonly asked: readonly Measure[]; readonly known: readonly DayFigures[] } {
  const answered = measures.filter(
    ({ footer }) => partitions.length > 0 && partitions.every((one) => answerFromFooters(footer, one) !== undefined),
  );
  const known = partitions.map((partition) => ({
    day: partition.day,
    figures: Object.fromEntries(answered.map(({ id, footer }) => [id, answerFromFooters(footer, partition) ?? null])),
  }));
  return { asked: measures.filter((one) => !answered.includes(one)), known };
}

/** The partitions of the rows that were kept. */
export function rowsOf(outputs: BuildReport['outputs']): readonly WrittenPartition[] {
  return outputs.flatMap(({ part, partitions }) => (part === 'rows' ? partitions : []));
}

function named(ids: readonly string[], values: readonly unknown[]): Record<string, number | null> {
  return Object.fromEntries(ids.map((id, i) => [id, values[i] === null || values[i] === undefined ? null : Number(values[i])]));
}

function dayOf(text: unknown): LogicalDate {
  return logicalDate(String(text));
}
