import type { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { RowDifference } from './compare-rows.ts';

/** Where a test stands. */
export interface TestPlace {
  readonly file: string;
  readonly line?: number;
}

/** A unit test as parsed: every value is text. */
export interface UnitTest {
  readonly name: string;
  readonly at: TestPlace;
  readonly dataset: DatasetName;
  readonly date: LogicalDate | undefined;
  readonly given: Readonly<Record<string, readonly FixtureRow[]>>;
  readonly expect: {
    readonly rows: readonly FixtureRow[] | undefined;
    readonly refused: readonly FixtureRow[];
    readonly ordered: boolean;
    readonly checks: readonly string[] | undefined;
  };
}

/** How one part of a test's outcome differs from what was expected. */
export interface PartDifference {
  readonly part: 'rows' | 'refused' | 'checks';
  readonly differences: readonly RowDifference[];
}

/** What became of a test. `error`: it could not be built, or its rows do not fit the pipeline. */
export interface TestOutcome {
  readonly test: UnitTest;
  readonly status: 'passed' | 'failed' | 'error';
  readonly parts: readonly PartDifference[];
  /** Checks that the rows break and about which the test says nothing. */
  readonly brokenChecks: readonly string[];
  readonly error?: SnowmeltError;
}
