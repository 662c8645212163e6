import fc from 'fast-check';

/** A row as the source has it; `day` is its event day, `changed` the second of its last change. */
export interface Row {
  readonly id: number;
  readonly team: string | null;
  readonly value: number;
  readonly day: number;
  readonly changed: number;
}

/** What a commit does to one row; of a row that is there a `put` is a correction. */
type Change =
  | { readonly kind: 'put'; readonly id: number; readonly team: string | null; readonly value: number; readonly day: number }
  | { readonly kind: 'delete'; readonly id: number };

/** One act of a history. */
export type Act =
  | { readonly kind: 'commit'; readonly changes: readonly Change[] }
  /** `daysAgo`: the logical date, counted back from today. `redelivers`: rows that came before come once more. */
  | { readonly kind: 'run'; readonly daysAgo: number; readonly refetch: boolean; readonly redelivers: boolean }
  | { readonly kind: 'sleep' }
  /** The declaration gets a column more. */
  | { readonly kind: 'add-column' };

const put = fc.record({
  kind: fc.constant('put' as const),
  id: fc.integer({ min: 1, max: 6 }),
  team: fc.constantFrom('red', 'blue', 'green', null),
  // Above 90 it is refused.
  value: fc.constantFrom(1, 2, 50, 95),
  day: fc.integer({ min: 0, max: 4 }),
});
const remove = fc.record({ kind: fc.constant('delete' as const), id: fc.integer({ min: 1, max: 6 }) });
const commit = fc.record({
  kind: fc.constant('commit' as const),
  changes: fc.array(fc.oneof({ weight: 4, arbitrary: put }, { weight: 1, arbitrary: remove }), { minLength: 1, maxLength: 4 }),
});
const run = fc.record({
  kind: fc.constant('run' as const),
  daysAgo: fc.constantFrom(0, 0, 0, 1, 2),
  refetch: fc.constantFrom(false, false, true),
  redelivers: fc.boolean(),
});

/** Random histories: late rows, corrections, deletes, runs again and of days before, a column more. */
export const histories: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: commit },
    { weight: 5, arbitrary: run },
    { weight: 2, arbitrary: fc.constant<Act>({ kind: 'sleep' }) },
    { weight: 1, arbitrary: fc.constant<Act>({ kind: 'add-column' }) },
  ),
  { minLength: 3, maxLength: 9 },
);

/** The rows after a commit at second `now`. */
export function applyChanges(rows: readonly Row[], changes: readonly Change[], now: number): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const change of changes) {
    if (change.kind === 'delete') byId.delete(change.id);
    else byId.set(change.id, { id: change.id, team: change.team, value: change.value, day: change.day, changed: now });
  }
  return [...byId.values()];
}
