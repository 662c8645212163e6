import type { ValueKind } from '../value-kind.ts';

/** One way in which a function of Snowflake is rendered for both engines. `$1` is its first argument, `$*` are all. */
export interface KnownFunction {
  readonly name: string;
  /** How many arguments it may have. */
  readonly args: readonly [number, number];
  /** What it does, in few words. */
  readonly meaning: string;
  /** Undefined: the translator renders it, and the corpus says that it does so rightly. */
  readonly duckdb?: string;
  readonly spark?: string;
  /** The form is for these spellings of the unit (`day`, `month`, …) in the first argument only. */
  readonly units?: readonly string[];
  /** The form is for arguments (by number) of these kinds only. */
  readonly kinds?: Readonly<Record<number, readonly ValueKind[]>>;
  /** The argument (by number) must be a constant, and is read as one: a format, a pattern. */
  readonly constant?: number;
}

type Forms = readonly (readonly [
  name: string,
  args: number | readonly [number, number],
  meaning: string,
  duckdb: string,
  spark?: string,
])[];

/** Functions with one form each; without a Spark form, both engines have the same. */
export function simpleForms(forms: Forms): readonly KnownFunction[] {
  return forms.map(([name, args, meaning, duckdb, spark = duckdb]) => ({
    name,
    args: typeof args === 'number' ? [args, args] : args,
    meaning,
    duckdb,
    spark,
  }));
}

/** Functions that the translator renders. */
export function translatedForms(names: readonly (readonly [name: string, meaning: string])[]): readonly KnownFunction[] {
  return names.map(([name, meaning]) => ({ name, args: [0, 99], meaning }));
}
