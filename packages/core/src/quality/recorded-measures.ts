import type { PartitionEntry } from '../lake/commit.ts';
import type { WrittenPartition } from '../ports/data-file.ts';
import type { DayFigures } from '../ports/measure.ts';
import { type Check, ROWS } from './check.ts';
import { writtenFigure } from './figure-history.ts';

/** What a commit records of a partition for the checks that will hold later ones against it; nothing if none does. */
export function measuresOf(
  checks: readonly Check[],
  partition: WrittenPartition | undefined,
  measured: readonly DayFigures[],
): Pick<PartitionEntry, 'measures'> {
  if (partition === undefined) return {};
  const values = checks.flatMap(({ expects }): [string, number][] => {
    if (expects?.kind !== 'figure' || (expects.change === undefined && expects.anomaly === undefined)) return [];
    const { measure, title } = expects.figure;
    // Shares are recorded as counts, as footers have them.
    const value = measure === ROWS ? null : writtenFigure({ measure, title }, partition, measured);
    return value === null || Number.isNaN(value) ? [] : [[measure, value]];
  });
  return values.length === 0 ? {} : { measures: Object.fromEntries(values) };
}
