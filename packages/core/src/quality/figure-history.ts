import type { PartitionEntry } from '../lake/commit.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { WrittenPartition } from '../ports/data-file.ts';
import type { DayFigures } from '../ports/measure.ts';
import { type FigureSource, ROWS } from './check.ts';
import { answerFromFooters } from './footers.ts';

/** A figure of one partition. */
export interface DatedFigure {
  readonly day: LogicalDate;
  readonly value: number;
}

/** The figure of a partition that was just written; null: its rows have none. */
export function writtenFigure(
  { measure, isShare }: FigureSource,
  { day, rows }: WrittenPartition,
  measured: readonly DayFigures[],
): number | null {
  if (measure === ROWS) return rows;
  const found = measured.find((one) => one.day === day && measure in one.figures) ?? measured.find((one) => one.day === undefined);
  return toShare(found?.figures[measure] ?? null, rows, isShare);
}

/** The figure of a published partition: as it was measured, or as its footers say; undefined: nothing says. */
export function publishedFigure({ measure, footer, isShare }: FigureSource, entry: PartitionEntry): number | undefined {
  if (measure === ROWS) return entry.rows;
  const recorded = entry.measures?.[measure];
  if (recorded !== undefined) return toShare(recorded, entry.rows, isShare) ?? undefined;
  return toShare(answerFromFooters(footer, entry) ?? null, entry.rows, isShare) ?? undefined;
}

function toShare(value: number | null, rows: number, isShare: true | undefined): number | null {
  if (value === null || isShare === undefined) return value;
  return rows === 0 ? null : (value / rows) * 100;
}
