import type { ColumnType } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { column } from '../../test-support/fake-sql-api.ts';
import { projectColumns } from './projection.ts';

const select = (kind: Exclude<ColumnType['kind'], 'decimal'>, source: string): string =>
  projectColumns([{ declared: { name: 'c', source: 'C"x', type: { kind } }, actual: column('C"x', source) }]).select;

describe('projectColumns', () => {
  it.each([
    ['bigint', 'fixed', '"C""x"'],
    ['double', 'real', '"C""x"'],
    ['boolean', 'boolean', '"C""x"'],
    ['varchar', 'text', '"C""x"'],
    ['date', 'date', `TO_CHAR("C""x", 'YYYY-MM-DD')`],
    ['time', 'time', `TO_CHAR("C""x", 'HH24:MI:SS.FF6')`],
    ['timestamp', 'timestamp_ntz', 'DATE_PART(epoch_microsecond, "C""x")'],
    ['timestamp', 'timestamp_tz', `DATE_PART(epoch_microsecond, CONVERT_TIMEZONE('UTC', "C""x")::TIMESTAMP_NTZ)`],
    ['binary', 'binary', `TO_CHAR("C""x", 'HEX')`],
    ['json', 'variant', 'TO_JSON("C""x")'],
  ] as const)('%s from %s', (kind, source, sql) => {
    expect(select(kind, source)).toBe(`${sql} AS "c"`);
  });

  it('tells the writer how cells are written', () => {
    const matched = (['timestamp', 'binary', 'date'] as const).map((kind) => ({
      declared: { name: kind, source: 'C', type: { kind } },
      actual: column('C', kind),
    }));
    expect(projectColumns(matched).columns.map(({ encoding }) => encoding)).toEqual(['epoch_us', 'hex', 'text']);
  });
});
