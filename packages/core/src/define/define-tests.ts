/** A value of a test row as it may be written in TypeScript. Decimals that must be exact are written as text. */
export type TestValue = string | number | bigint | boolean | null | Date | readonly unknown[] | { readonly [key: string]: unknown };

/** A row of a test; columns that are left out are NULL where rows are given, and not compared where they are expected. */
export type TestRow = Readonly<Record<string, TestValue>>;

/** One unit test of a silver or gold dataset. */
export interface ModelTest {
  readonly name: string;
  /** The dataset whose rules or model are tested, e.g. `silver.fact_orders`. */
  readonly dataset: string;
  /** The logical date; default: the last day of the given rows that have one. */
  readonly date?: string;
  /** Rows per input; inputs that are left out are empty. `_batch: 2` puts a row of bronze into a later batch. */
  readonly given: Readonly<Record<string, readonly TestRow[]>>;
  readonly expect: {
    /** Left out: rows are not compared. */
    readonly rows?: readonly TestRow[];
    /** Refused rows as they came, with `_reasons`. Left out: none may be refused. */
    readonly refused?: readonly TestRow[];
    /** Rows must come in this order. */
    readonly ordered?: boolean;
    /** The checks that these rows break. Left out: not compared. */
    readonly checks?: readonly string[];
  };
}

/**
 * Declares unit tests; the default export of a file in `tests/`. `snowmelt test` runs them.
 *
 * @example
 * ```ts
 * export default defineTests([
 *   {
 *     name: 'a price below zero is refused',
 *     dataset: 'silver.dim_products',
 *     given: { 'bronze.products': [{ stock_code: '85123A', unit_price: '-1.00' }] },
 *     expect: { rows: [], refused: [{ stock_code: '85123A', _reasons: 'unit_price: range' }] },
 *   },
 * ]);
 * ```
 */
export function defineTests(tests: readonly ModelTest[]): readonly ModelTest[] {
  return tests;
}
