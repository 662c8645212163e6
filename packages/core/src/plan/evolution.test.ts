import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../sql/column-type.ts';
import { columnChanges } from './evolution.ts';

const VARCHAR = { kind: 'varchar' } as const;
const BIGINT = { kind: 'bigint' } as const;
const WIDE = { kind: 'decimal', precision: 38, scale: 0 } as const;
const columns = (types: Readonly<Record<string, Column['type']>>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

describe('changes of columns', () => {
  it('are named; order is none', () => {
    const before = columns({ a: BIGINT, b: VARCHAR, c: BIGINT });
    expect(columnChanges(before, columns({ c: BIGINT, a: BIGINT, b: VARCHAR }), {})).toEqual([]);
    expect(columnChanges(before, columns({ a: WIDE, c: VARCHAR, d: BIGINT }), {})).toEqual([
      { kind: 'widened', column: 'a', from: BIGINT, to: WIDE },
      { kind: 'retyped', column: 'c', from: BIGINT, to: VARCHAR },
      { kind: 'added', column: 'd', to: BIGINT },
      { kind: 'dropped', column: 'b', from: VARCHAR },
    ]);
  });

  it('are renames where that is declared and the old column has gone', () => {
    const before = columns({ a: BIGINT, b: VARCHAR });
    expect(columnChanges(before, columns({ x: WIDE, b: VARCHAR }), { x: 'a' })).toEqual([
      { kind: 'renamed', column: 'x', before: 'a', to: WIDE },
      { kind: 'widened', column: 'x', from: BIGINT, to: WIDE },
    ]);
    // The rename was taken long ago; its declaration may stay.
    expect(columnChanges(columns({ x: BIGINT }), columns({ x: BIGINT }), { x: 'a' })).toEqual([]);
    expect(columnChanges(before, columns({ a: BIGINT, b: VARCHAR, x: BIGINT }), { x: 'a' })).toMatchObject([
      { kind: 'added', column: 'x' },
    ]);
    expect(columnChanges(before, columns({ b: VARCHAR, x: BIGINT }), { x: 'nothing' })).toMatchObject([
      { kind: 'added' },
      { kind: 'dropped', column: 'a' },
    ]);
  });

  it('account for every column, whatever there was and is', () => {
    const table = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(BIGINT, VARCHAR, WIDE)).map(columns);
    const renames = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('a', 'b', 'c', 'd'));
    fc.assert(
      fc.property(table, table, renames, (before, after, renamed) => {
        const changes = columnChanges(before, after, renamed);
        const of = (kind: string) => changes.filter((change) => change.kind === kind);
        expect(after.length - before.length).toBe(of('added').length - of('dropped').length);
        const replayed = new Map(before.map(({ name, type }) => [name, type]));
        for (const change of [...of('dropped'), ...of('renamed')]) replayed.delete(change.before ?? change.column);
        for (const { column, to } of changes.filter((change) => change.to !== undefined)) if (to !== undefined) replayed.set(column, to);
        expect(Object.fromEntries(replayed)).toEqual(Object.fromEntries(after.map(({ name, type }) => [name, type])));
      }),
    );
  });
});
