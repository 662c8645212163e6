import { type GraphDataset, refusedShapeOf } from '../compile/graph.ts';
import type { TableState } from '../lake/commit.ts';
import { publishedDays } from '../lake/published.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';

/** The refused rows of one partition. */
export interface RefusedPartition {
  readonly day: LogicalDate;
  readonly files: readonly ObjectKey[];
  readonly rowsRefused: number;
  /** Rows that went in; where they are not accounted for one by one: those that are kept and refused. */
  readonly rowsRead: number;
}

/** Days, both included. */
export interface DayRange {
  readonly from?: LogicalDate | undefined;
  readonly to?: LogicalDate | undefined;
}

/**
 * The partitions whose refused rows make up a dataset's quarantine as it is now, each row once; with days: those of these days,
 * as they are now, of snapshots also those that later ones have followed.
 */
export function refusedPartitions(dataset: GraphDataset, state: TableState, { from, to }: DayRange = {}): readonly RefusedPartition[] {
  const isRange = from !== undefined || to !== undefined;
  const days = isRange ? [...state.partitions.keys()] : publishedDays(state, refusedShapeOf(dataset));
  return days
    .filter((day) => (from === undefined || day >= from) && (to === undefined || day <= to))
    .flatMap((day) => {
      const entry = state.partitions.get(day);
      if (entry === undefined || entry.refused.rows === 0) return [];
      const { rows, files } = entry.refused;
      return [{ day, files: files.map(({ key }) => key), rowsRefused: rows, rowsRead: entry.rowsRead ?? entry.rows + rows }];
    });
}
