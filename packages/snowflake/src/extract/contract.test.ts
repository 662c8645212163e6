import { isSnowmeltError, parseColumnType, type SourceColumn } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { column } from '../../test-support/fake-sql-api.ts';
import { lossyChoices, matchColumns } from './contract.ts';

const PLACE = { dataset: 'bronze.orders', relation: 'table `ORDERS`' };

function declared(name: string, type: string): SourceColumn {
  const parsed = parseColumnType(type);
  if (parsed === undefined) throw new Error(type);
  return { name, source: name.toUpperCase(), type: parsed };
}

const codeOf = (type: string, actual: ReturnType<typeof column>, options: Partial<SourceColumn> = {}): string | undefined => {
  try {
    matchColumns([{ ...declared('x', type), ...options }], [actual], PLACE);
    return undefined;
  } catch (error) {
    return isSnowmeltError(error) ? error.code : String(error);
  }
};

describe('matchColumns', () => {
  it.each([
    ['BIGINT', column('X', 'fixed', 10, 0)],
    ['INTEGER', column('X', 'fixed', 38, 0)],
    ['NUMBER(38,0)', column('X', 'fixed', 10, 0)],
    ['NUMBER(12,3)', column('X', 'fixed', 12, 2)],
    ['FLOAT', column('X', 'real')],
    ['FLOAT', column('X', 'fixed', 12, 2)],
    ['VARCHAR', column('X', 'text')],
    ['TIMESTAMP_NTZ', column('X', 'timestamp_ltz')],
    ['VARCHAR', column('X', 'geography')],
    ['BINARY', column('X', 'geometry')],
    ['VARIANT', column('X', 'array')],
    ['BINARY', column('X', 'binary')],
  ])('%s holds %o', (type, actual) => {
    expect(codeOf(type, actual)).toBeUndefined();
  });

  it.each([
    ['NUMBER(12,2)', column('X', 'fixed', 12, 3)],
    ['BIGINT', column('X', 'fixed', 12, 2)],
    ['BIGINT', column('X', 'text')],
    ['FLOAT', column('X', 'fixed', 38, 0)],
    ['TIMESTAMP_NTZ', column('X', 'date')],
    ['DATE', column('X', 'timestamp_ntz')],
    ['VARCHAR', column('X', 'variant')],
    ['DATE', column('X', 'geography')],
    ['TIMESTAMP_NTZ', column('X', 'timestamp_tz')],
  ])('%s does not hold %o', (type, actual) => {
    expect(codeOf(type, actual)).toBe('source/type-mismatch');
  });

  it.each([
    ['keep', 'timestamp_tz', undefined],
    ['drop', 'timestamp_tz', undefined],
    ['keep', 'timestamp_ltz', 'source/type-mismatch'],
    ['drop', 'timestamp_ntz', 'source/type-mismatch'],
  ] as const)('offset %s of a %s: %s', (offset, type, code) => {
    expect(codeOf('TIMESTAMP_NTZ', column('X', type), { offset })).toBe(code);
  });

  it('holds nanoseconds in an integer where that is declared', () => {
    expect(codeOf('BIGINT', column('X', 'timestamp_ntz', 0, 9), { nanoseconds: 'epoch' })).toBeUndefined();
    expect(codeOf('BIGINT', column('X', 'time', 0, 9), { nanoseconds: 'epoch' })).toBeUndefined();
    expect(codeOf('BIGINT', column('X', 'timestamp_ntz', 0, 9))).toBe('source/type-mismatch');
    expect(codeOf('BIGINT', column('X', 'timestamp_tz', 0, 9), { nanoseconds: 'epoch' })).toBe('source/type-mismatch');
  });

  it('says what is given up, and only where there is something to give up', () => {
    const choicesFor = (actual: ReturnType<typeof column>, options: Partial<SourceColumn>) =>
      lossyChoices([{ declared: { ...declared('x', 'TIMESTAMP_NTZ'), ...options }, actual }]).map(({ choice }) => choice);
    expect(choicesFor(column('X', 'timestamp_tz', 0, 9), { nanoseconds: 'truncate', offset: 'drop' })).toEqual([
      'nanoseconds-truncated',
      'offset-dropped',
    ]);
    expect(choicesFor(column('X', 'timestamp_ntz', 0, 6), { nanoseconds: 'truncate' })).toEqual([]);
    expect(choicesFor(column('X', 'timestamp_tz', 0, 9), { offset: 'keep' })).toEqual([]);
  });

  it('names every problem at once, with what to do', () => {
    const columns = [declared('order_id', 'BIGINT'), declared('quantty', 'BIGINT'), declared('price', 'NUMBER(12,2)')];
    const actual = [column('ORDER_ID', 'text'), column('QUANTITY', 'fixed'), column('PRICE', 'fixed', 12, 2)];
    expect(() => matchColumns(columns, actual, PLACE)).toThrow(
      expect.objectContaining({
        code: 'source/type-mismatch',
        message: 'Column `ORDER_ID` of table `ORDERS` is VARCHAR, which NUMBER(18,0) cannot hold without loss.',
        hint: 'Declare `order_id` as `VARCHAR`, or cast it to NUMBER(18,0) in a query.',
        at: { dataset: 'bronze.orders', field: 'order_id' },
        others: [
          expect.objectContaining({
            code: 'source/column-missing',
            message: 'Column `QUANTTY`, declared as `quantty`, is not in table `ORDERS`.',
            hint: expect.stringContaining('Did you mean `QUANTITY`?'),
          }),
        ],
      }),
    );
  });
});
