import type { ObjectKey } from '../layout/object-key.ts';
import type { Column } from '../sql/column-type.ts';
import type { DataFile } from './data-file.ts';

/** A row of a test: each value as text, no value as null. Columns that are not there are NULL. */
export type FixtureRow = Readonly<Record<string, string | null>>;

/** Turns the rows of unit tests into files that an engine reads, and files back into rows. Throws `test/invalid`. */
export interface FixtureTables {
  /** Writes rows, each value as its column's type. */
  write(key: ObjectKey, columns: readonly Column[], rows: readonly FixtureRow[]): Promise<DataFile>;
  /** The rows of files in the order in which they lie there, each value as the one text that its type has for it. */
  read(files: readonly ObjectKey[], columns: readonly Column[]): Promise<readonly FixtureRow[]>;
  /** What {@link FixtureTables.read} would give after {@link FixtureTables.write}. */
  normalise(columns: readonly Column[], rows: readonly FixtureRow[]): Promise<readonly FixtureRow[]>;
}
