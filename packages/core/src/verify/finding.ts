import type { Place } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { RowDifference } from '../unit-test/compare-rows.ts';
import type { BuildDifference } from './compare-builds.ts';
import type { Given } from './generate-given.ts';

/** A difference between the engines, with the smallest input found that shows it. */
export interface Finding {
  readonly dataset: DatasetName;
  readonly part: BuildDifference['part'];
  readonly columns: readonly string[];
  /** In words, without a value of a row. */
  readonly detail: string;
  /** Where the first of the columns is written. */
  readonly at: Place;
  /** The rows that show it; absent: no small input did. */
  readonly given: Given | undefined;
  /** The logical date with which they do. */
  readonly date: string;
  /** `expected`: what the first engine made of them; `actual`: the second. */
  readonly values: readonly RowDifference[];
}

/** How much one dataset was put to the test, on generated or on real rows. */
export interface Evidence {
  /** Rounds of generated rows, or partitions of the lake. */
  readonly builds: number;
  readonly rowsGiven: number;
  /** Rows that both engines made, and that were compared. */
  readonly rowsCompared: number;
  readonly refusedCompared: number;
  /** Builds that failed on both engines with the same error; what remained without the rows at fault was compared. */
  readonly failedAlike: number;
  /** Rows that were left out because of that. */
  readonly rowsLeftOut: number;
  /** The rules that refused a row, and the checks that were broken. */
  readonly rulesSeen: readonly string[];
  readonly checksBroken: readonly string[];
}

export const NO_EVIDENCE: Evidence = {
  builds: 0,
  rowsGiven: 0,
  rowsCompared: 0,
  refusedCompared: 0,
  failedAlike: 0,
  rowsLeftOut: 0,
  rulesSeen: [],
  checksBroken: [],
};

/** Both together. */
export function addEvidence(a: Evidence, b: Evidence): Evidence {
  const either = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])].sort();
  return {
    builds: a.builds + b.builds,
    rowsGiven: a.rowsGiven + b.rowsGiven,
    rowsCompared: a.rowsCompared + b.rowsCompared,
    refusedCompared: a.refusedCompared + b.refusedCompared,
    failedAlike: a.failedAlike + b.failedAlike,
    rowsLeftOut: a.rowsLeftOut + b.rowsLeftOut,
    rulesSeen: either(a.rulesSeen, b.rulesSeen),
    checksBroken: either(a.checksBroken, b.checksBroken),
  };
}
