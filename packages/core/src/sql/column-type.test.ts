import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ColumnType, isSameType, parseColumnType, renderColumnType } from './column-type.ts';

const kinds = ['boolean', 'bigint', 'double', 'varchar', 'date', 'time', 'timestamp', 'binary', 'json'] as const;
const decimal = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale) => ({ kind: 'decimal' as const, precision, scale })))
  .filter(({ precision, scale }) => scale > 0 || precision > 18);
const anyType: fc.Arbitrary<ColumnType> = fc.oneof(
  fc.constantFrom(...kinds).map((kind) => ({ kind })),
  decimal,
);

describe('parseColumnType', () => {
  it.each([
    ['NUMBER', { kind: 'decimal', precision: 38, scale: 0 }],
    ['NUMBER(18)', { kind: 'bigint' }],
    ['NUMBER(18,0)', { kind: 'bigint' }],
    ['NUMBER(19,0)', { kind: 'decimal', precision: 19, scale: 0 }],
    [' decimal ( 12 , 3 ) ', { kind: 'decimal', precision: 12, scale: 3 }],
    ['NUMERIC(38,38)', { kind: 'decimal', precision: 38, scale: 38 }],
    ['int', { kind: 'bigint' }],
    ['HUGEINT', { kind: 'decimal', precision: 38, scale: 0 }],
    ['UBIGINT', { kind: 'decimal', precision: 38, scale: 0 }],
    ['varchar(16777216)', { kind: 'varchar' }],
    ['Double Precision', { kind: 'double' }],
    ['FLOAT', { kind: 'double' }],
    ['TIMESTAMP_NTZ(9)', { kind: 'timestamp' }],
    ['VARIANT', { kind: 'json' }],
    ['BLOB', { kind: 'binary' }],
  ])('reads %j', (text, type) => {
    expect(parseColumnType(text)).toEqual(type);
  });

  it.each([
    'NUMBR',
    '',
    'NUMBER(0)',
    'NUMBER(39,0)',
    'NUMBER(5,6)',
    'NUMBER(10,-2)',
    'NUMBER(10',
    'TIMESTAMP WITH TIME ZONE',
    'TIMESTAMP_TZ',
    'INTERVAL',
    'BIGINT[]',
    'STRUCT(a INTEGER)',
    'MAP(VARCHAR, INTEGER)',
    'constructor',
    'VARCHAR; DROP TABLE x',
  ])('has no lake type for %j', (text) => {
    expect(parseColumnType(text)).toBeUndefined();
  });

  it('reads back what is rendered for DuckDB and for Snowflake', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseColumnType(renderColumnType(type, 'snowflake'))).toEqual(type);
        // DuckDB keeps JSON as text.
        expect(parseColumnType(renderColumnType(type, 'duckdb'))).toEqual(type.kind === 'json' ? { kind: 'varchar' } : type);
      }),
    );
  });
});

describe('renderColumnType', () => {
  it.each([
    ['boolean', 'BOOLEAN', 'BOOLEAN', 'BOOLEAN'],
    ['bigint', 'BIGINT', 'BIGINT', 'NUMBER(18,0)'],
    ['double', 'DOUBLE', 'DOUBLE', 'FLOAT'],
    ['varchar', 'VARCHAR', 'STRING', 'VARCHAR'],
    ['date', 'DATE', 'DATE', 'DATE'],
    ['time', 'TIME', 'STRING', 'TIME'],
    ['timestamp', 'TIMESTAMP', 'TIMESTAMP_NTZ', 'TIMESTAMP_NTZ'],
    ['binary', 'BLOB', 'BINARY', 'BINARY'],
    ['json', 'VARCHAR', 'STRING', 'VARIANT'],
  ] as const)('spells %s for each engine', (kind, duckdb, spark, snowflake) => {
    expect([renderColumnType({ kind }, 'duckdb'), renderColumnType({ kind }, 'spark'), renderColumnType({ kind }, 'snowflake')]).toEqual([
      duckdb,
      spark,
      snowflake,
    ]);
  });

  it('keeps precision and scale', () => {
    const type = { kind: 'decimal', precision: 12, scale: 3 } as const;
    expect([renderColumnType(type, 'spark'), renderColumnType(type, 'snowflake')]).toEqual(['DECIMAL(12,3)', 'NUMBER(12,3)']);
  });
});

it('types are the same exactly when all of them is', () => {
  fc.assert(fc.property(anyType, anyType, (a, b) => isSameType(a, b) === (JSON.stringify(a) === JSON.stringify(b))));
  expect(isSameType({ kind: 'bigint' }, { kind: 'decimal', precision: 18, scale: 0 })).toBe(false);
});
