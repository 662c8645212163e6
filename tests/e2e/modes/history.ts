import fc from 'fast-check';

/** One row as the source has it. `at`: seconds since the history began; null: the row says no time. */
export interface Row {
  readonly id: number;
  readonly value: number;
  readonly at: number | null;
}

/** What a commit does to one row. An insert of what is there, and the others of what is not, do nothing. */
export interface Change {
  readonly kind: 'insert' | 'update' | 'delete' | 'forget-time';
  readonly id: number;
}

/** Somebody commits: `late` seconds after the time that its rows say. */
export interface CommitAct {
  readonly kind: 'commit';
  readonly changes: readonly Change[];
  readonly late: number;
}

/** One act of a history; `wait`: seconds that pass before it. */
export type Act = { readonly wait: number } & (
  | CommitAct
  | {
      readonly kind: 'run';
      /** The logical date, in days before the present. */
      readonly daysAgo: 0 | 1;
      /** The operation before or after which the process dies, if it gets there. */
      readonly diesAt?: number | undefined;
      /** A commit in the middle: before the n-th statement of the run. */
      readonly during?: { readonly nth: number; readonly commit: CommitAct } | undefined;
    }
  | { readonly kind: 'alter' }
);

/** Rows may say a time that is so long past when they are committed. */
export const LAG_SECONDS = 600;

/** Random histories. `kinds`: what may be done to rows. */
export function histories(kinds: readonly Change['kind'][]): fc.Arbitrary<readonly Act[]> {
  const change: fc.Arbitrary<Change> = fc.record({ kind: fc.constantFrom(...kinds), id: fc.integer({ min: 1, max: 5 }) });
  const commit: fc.Arbitrary<CommitAct> = fc.record({
    kind: fc.constant('commit' as const),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    late: fc.constantFrom(0, 0, 1, 300, LAG_SECONDS),
  });
  const run = fc.record({
    kind: fc.constant('run' as const),
    daysAgo: fc.constantFrom(0 as const, 0 as const, 1 as const),
    diesAt: fc.option(fc.integer({ min: 1, max: 44 }), { nil: undefined, freq: 2 }),
    during: fc.option(fc.record({ nth: fc.integer({ min: 1, max: 5 }), commit }), { nil: undefined, freq: 3 }),
  });
  const alter = fc.record({ kind: fc.constant('alter' as const) });
  // Whole multiples of ten minutes make ties and times that are exactly the end of a window; the last is beyond the retention.
  const wait = fc.constantFrom(1, LAG_SECONDS, LAG_SECONDS, 3 * LAG_SECONDS, 20 * 3600, 26 * 3600);
  const act = fc.oneof({ weight: 5, arbitrary: commit }, { weight: 4, arbitrary: run }, { weight: 1, arbitrary: alter });
  return fc.array(
    fc.tuple(wait, act).map(([seconds, one]): Act => ({ wait: seconds, ...one })),
    { minLength: 2, maxLength: 7 },
  );
}

/** Carries out a commit on the rows; gives what follows for the database, as DuckDB's SQL. */
export function applyCommit(rows: Map<number, Row>, { changes }: CommitAct, at: number, newValue: () => number): readonly string[] {
  const time = (seconds: number) => `TIMESTAMP '2024-01-01 00:00:00' + INTERVAL (${seconds}) SECOND`;
  return changes.flatMap(({ kind, id }): string[] => {
    const known = rows.get(id);
    if ((kind === 'insert') === (known !== undefined)) return [];
    if (kind === 'delete') {
      rows.delete(id);
      return [`DELETE FROM {table} WHERE ID = ${id}`];
    }
    const row: Row = { id, value: newValue(), at: kind === 'forget-time' ? null : at };
    rows.set(id, row);
    const [value, said] = [row.value, row.at === null ? 'NULL' : time(row.at)];
    if (kind === 'insert') return [`INSERT INTO {table} (ID, VALUE, CHANGED_AT) VALUES (${id}, ${value}, ${said})`];
    return [`UPDATE {table} SET VALUE = ${value}, CHANGED_AT = ${said} WHERE ID = ${id}`];
  });
}
