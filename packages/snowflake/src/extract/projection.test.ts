import type { ColumnType, SourceColumn } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { column } from '../../test-support/fake-sql-api.ts';
import type { ResultColumn } from '../client/result-metadata.ts';
import { projectColumns } from './projection.ts';

const select = (kind: Exclude<ColumnType['kind'], 'decimal'>, source: string): string =>
  projectColumns(
    [{ declared: { name: 'c', source: 'C"x', type: { kind } }, actual: column('C"x', source, 0, source.startsWith('time') ? 6 : 0) }],
    'cells',
  ).select;

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
    expect(projectColumns(matched, 'cells').columns.map(({ encoding }) => encoding)).toEqual(['epoch_us', 'hex', 'text']);
    expect(projectColumns(matched, 'parquet').columns.map(({ encoding }) => encoding)).toEqual(['epoch_us', 'native', 'native']);
  });

  const project = (options: Partial<SourceColumn>, actual: ResultColumn, carrier: 'cells' | 'parquet' = 'cells') =>
    projectColumns([{ declared: { name: 'c', source: 'C', type: { kind: 'timestamp' }, ...options }, actual }], carrier).select;

  it.each([
    [{ type: { kind: 'bigint' } }, column('C', 'fixed'), '("C")::BIGINT'],
    [{ type: { kind: 'decimal', precision: 20, scale: 4 } }, column('C', 'fixed', 12, 2), '"C"::NUMBER(20,4)'],
    [{ type: { kind: 'double' } }, column('C', 'fixed', 12, 2), '"C"::FLOAT'],
    [{ type: { kind: 'date' } }, column('C', 'date'), '"C"'],
    [{ type: { kind: 'time' } }, column('C', 'time', 0, 6), `TO_CHAR("C", 'HH24:MI:SS.FF6')`],
    [{}, column('C', 'timestamp_ntz', 0, 6), '(DATE_PART(epoch_microsecond, "C"))::BIGINT'],
    [{ type: { kind: 'binary' } }, column('C', 'geography'), 'ST_ASWKB("C")'],
    [{ type: { kind: 'json' } }, column('C', 'geography'), 'TO_JSON(ST_ASGEOJSON("C"))'],
  ] as const)('in Parquet, %o of %o', (options, actual, sql) => {
    expect(project(options, actual, 'parquet')).toBe(`${sql} AS "c"`);
  });

  it.each([
    [{ type: { kind: 'time' } }, column('C', 'time', 0, 9), `TO_CHAR("C", 'HH24:MI:SS.FF9')`],
    [{ nanoseconds: 'truncate' }, column('C', 'timestamp_ntz', 0, 9), 'DATE_PART(epoch_microsecond, "C")'],
    [
      { nanoseconds: 'epoch', type: { kind: 'bigint' } },
      column('C', 'timestamp_ltz', 0, 9),
      `DATE_PART(epoch_nanosecond, CONVERT_TIMEZONE('UTC', "C")::TIMESTAMP_NTZ)`,
    ],
    [
      { part: 'offset', type: { kind: 'bigint' } },
      column('C', 'timestamp_tz', 0, 9),
      `DATEDIFF(minute, CONVERT_TIMEZONE('UTC', "C")::TIMESTAMP_NTZ, "C"::TIMESTAMP_NTZ)`,
    ],
  ] as const)('%o of %o', (options, actual, sql) => {
    expect(project(options, actual)).toBe(`${sql} AS "c"`);
  });
});
