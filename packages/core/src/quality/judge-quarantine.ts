import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { formatCount } from '../messages/format-count.ts';

/** How many of the rows that went into a partition were refused. */
export interface Refusals {
  readonly day: LogicalDate;
  readonly rowsRead: number;
  readonly rowsRefused: number;
}

/** The partition that comes nearest to the budget, and how many come near it. */
export interface NearBudget extends Refusals {
  readonly maxPercent: number;
  readonly days: number;
}

// From here on a person should look, before a build stops.
const NEAR = 0.8;
const SHOWN = 3;

/**
 * Stops the build where more rows of a partition were refused than allowed. Partitions are judged one by one: which of them are
 * made together must not change the verdict. Tells which one is near the budget, if any is. @throws quality/quarantine-budget
 */
export function judgeQuarantine(
  dataset: DatasetName,
  partitions: readonly Refusals[],
  maxPercent: number | undefined,
): NearBudget | undefined {
  if (maxPercent === undefined) return undefined;
  const refusing = partitions
    .filter(({ rowsRead, rowsRefused }) => rowsRead > 0 && rowsRefused > 0)
    .sort((a, b) => shareOf(b) - shareOf(a));
  const over = refusing.filter((one) => isOverBudget(one, maxPercent));
  if (over.length > 0) throw overBudget(dataset, over, maxPercent);
  const near = refusing.filter((one) => shareOf(one) * 100 >= maxPercent * NEAR);
  const [nearest] = near;
  return nearest === undefined ? undefined : { ...nearest, maxPercent, days: near.length };
}

/** Tells whether more rows of a partition were refused than allowed. */
export function isOverBudget({ rowsRefused, rowsRead }: Refusals, maxPercent: number): boolean {
  return rowsRefused * 100 > rowsRead * maxPercent;
}

/** The share of rows that were refused, e.g. `4.2 %`. */
export function percentOf(rows: number, of: number): string {
  if (of === 0) return '';
  const percent = (rows / of) * 100;
  return percent > 0 && percent < 0.05 ? '< 0.1 %' : `${percent.toFixed(1)} %`;
}

function shareOf({ rowsRefused, rowsRead }: Refusals): number {
  return rowsRefused / rowsRead;
}

function overBudget(dataset: DatasetName, over: readonly Refusals[], maxPercent: number): SnowmeltError {
  const shown = over
    .slice(0, SHOWN)
    .map(
      ({ day, rowsRead, rowsRefused }) =>
        `${formatCount(rowsRefused)} of ${formatCount(rowsRead)} rows of ${day} (${percentOf(rowsRefused, rowsRead)})`,
    );
  const more = over.length > SHOWN ? ` and of ${formatCount(over.length - SHOWN)} more days` : '';
  return new SnowmeltError('quality/quarantine-budget', {
    message: `${dataset} was not published: ${shown.join(', ')}${more} were refused, the budget is ${maxPercent} %.`,
    hint: 'Look at why rows are refused, fix the source or the rules, or raise `quarantine.maxPercent`.',
    at: { dataset },
  });
}
