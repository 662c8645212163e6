import type { Batch, TableState } from '../lake/commit.ts';
import { publishedDays, publishedFiles, type Shape, versionAsRead } from '../lake/published.ts';
import { type DatasetName, relationOf } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { InputRelation } from '../ports/sql-engine.ts';
import type { Column } from '../sql/column-type.ts';

/** An input of a dataset as it stands in the lake. */
export interface InputTable {
  readonly name: DatasetName;
  readonly shape: Shape;
  readonly columns: readonly Column[];
  readonly state: TableState;
  /** The columns that can have a say in the rows made of it; absent: all. */
  readonly reads?: readonly string[];
  /** True: what a reader sees of it is a snapshot of another definition, which may lack columns. A run of its day makes it again. */
  readonly isOutdated?: boolean;
  /** As it stood when a keyed dataset last took it in, if its files of then are still there. */
  readonly past?: TableState;
}

/** An input that was written since something was made of it. */
export interface InputMove {
  readonly name: DatasetName;
  readonly from: number;
  readonly to: number;
}

/** The input as SQL may read it: the published table, as of `until` if given, or of certain days only. */
export function publishedRelation(
  input: InputTable,
  scope: { readonly until?: LogicalDate; readonly days?: ReadonlySet<LogicalDate> },
): InputRelation {
  const files =
    scope.days === undefined
      ? publishedFiles(input.state, input.shape, 'rows', scope.until)
      : [...input.state.partitions].flatMap(([day, entry]) => (scope.days?.has(day) ? entry.files : []));
  return { relation: relationOf(input.name), dataset: input.name, columns: input.columns, files: files.map(({ key }) => key) };
}

/** The version in which what is read of a day of the input was last written; 0 if there is no such day. */
export function versionOfDay(input: InputTable, day: LogicalDate): number {
  const entry = input.state.partitions.get(day);
  return entry === undefined ? 0 : versionAsRead(entry, input.reads);
}

/** The version in which what a reader sees of the input (as of `until`) was last written; 0 if there is nothing. */
export function publishedVersion(input: InputTable, until?: LogicalDate): number {
  return publishedDays(input.state, input.shape, until).reduce((latest, day) => Math.max(latest, versionOfDay(input, day)), 0);
}

/** Tells whether nothing is left of what the input was at version `seen`: what is missing now may have been there then. */
export function wasReplaced(input: InputTable, seen: number): boolean {
  return input.state.version > seen && [...input.state.partitions.values()].every((entry) => versionAsRead(entry, input.reads) > seen);
}

/** The inputs that were written after the versions in `seen`. */
export function changedInputs(
  inputs: readonly InputTable[],
  seen: Readonly<Record<string, number>>,
  until?: LogicalDate,
): readonly InputMove[] {
  return inputs.flatMap((input) => {
    const from = seen[input.name] ?? 0;
    const to = publishedVersion(input, until);
    if (to > from) return [{ name: input.name, from, to }];
    return wasReplaced(input, from) ? [{ name: input.name, from, to: input.state.version }] : [];
  });
}

/** Tells whether a table has a snapshot of a later day. */
export function isPastSnapshot(state: TableState, day: LogicalDate): boolean {
  return [...state.partitions.keys()].some((other) => other > day);
}

/** The present version of every input. */
export function inputVersions(inputs: readonly InputTable[]): Readonly<Record<string, number>> {
  return Object.fromEntries(inputs.map(({ name, state }) => [name, state.version]));
}

/** The batches of a bronze table up to a day, oldest first. */
export function batchesOf(state: TableState, until?: LogicalDate): readonly Batch[] {
  return [...state.partitions].flatMap(([day, entry]) => (until === undefined || day <= until ? (entry.batches ?? []) : []));
}
