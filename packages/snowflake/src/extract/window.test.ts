import { parseColumnType, type SourceColumn } from '@snowmelt/core/ports';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column } from '../../test-support/fake-sql-api.ts';
import { boundsStatement, fixWindow, isEmptyWindow, type WatermarkWindow, watermarkColumn, windowCondition } from './window.ts';

const WINDOW: WatermarkWindow = { kind: 'window', watermark: 'updated_at', until: '2024-01-16T00:00:00Z', lagSeconds: 0, nulls: 'fail' };
const END = "LEAST(SYSDATE(), '2024-01-16 00:00:00.000000000'::TIMESTAMP_NTZ)";
const LOW = '2024-01-15 10:00:00.000000001';
const HIGH = '2024-01-16 00:00:00.000000000';

function declared(type: string): SourceColumn {
  return { name: 'updated_at', source: 'UPDATED_AT', type: parseColumnType(type) ?? { kind: 'timestamp' } };
}

describe('watermarkColumn', () => {
  it.each(['DATE', 'TIMESTAMP_NTZ'])('accepts %s, which orders rows', (type) => {
    expect(watermarkColumn(WINDOW, [declared(type)], 'bronze.orders')).toEqual(declared(type));
  });

  it.each(['VARCHAR', 'NUMBER(38,0)', 'TIME'])('refuses %s', (type) => {
    expect(() => watermarkColumn(WINDOW, [declared(type)], 'bronze.orders')).toThrow(
      expect.objectContaining({
        code: 'source/unsupported-watermark',
        message: `The watermark \`updated_at\` is declared as ${type}; a window needs a DATE or a TIMESTAMP.`,
        at: { dataset: 'bronze.orders', field: 'updated_at' },
      }),
    );
  });
});

describe('boundsStatement', () => {
  it('fixes the end by the source’s clock and counts NULLs in the same scan', () => {
    expect(boundsStatement(WINDOW, declared('TIMESTAMP_NTZ'), 'T')).toBe(
      `SELECT TO_CHAR(${END}, 'YYYY-MM-DD HH24:MI:SS.FF9') AS "HIGH", COUNT_IF("UPDATED_AT" IS NULL) AS "NULLS" FROM T`,
    );
  });

  it('stays behind the clock by the lag, and scans nothing where NULLs do not matter', () => {
    const window: WatermarkWindow = { ...WINDOW, lagSeconds: 600, nulls: 'exclude' };
    expect(boundsStatement(window, declared('TIMESTAMP_NTZ'), 'T')).toBe(
      `SELECT TO_CHAR(${END.replace('SYSDATE()', 'DATEADD(second, -600, SYSDATE())')}, 'YYYY-MM-DD HH24:MI:SS.FF9') AS "HIGH", 0 AS "NULLS"`,
    );
  });

  it('ends a window of days with a whole day', () => {
    expect(boundsStatement(WINDOW, declared('DATE'), 'T')).toContain(`TO_CHAR(DATE_TRUNC('day', ${END}), `);
  });
});

describe('windowCondition', () => {
  it('is half-open and compares exact texts on the server', () => {
    expect(windowCondition(column('UPDATED_AT', 'timestamp_ntz'), { low: LOW, high: HIGH })).toBe(
      `"UPDATED_AT" >= '${LOW}'::TIMESTAMP_NTZ AND "UPDATED_AT" < '${HIGH}'::TIMESTAMP_NTZ`,
    );
  });

  it('has no lower end the first time', () => {
    expect(windowCondition(column('UPDATED_AT', 'date'), { high: HIGH })).toBe(`"UPDATED_AT" < '${HIGH}'::TIMESTAMP_NTZ::DATE`);
  });

  it.each(['timestamp_ltz', 'timestamp_tz'])('compares a %s with an instant, whatever the session’s time zone', (type) => {
    expect(windowCondition(column('UPDATED_AT', type), { high: HIGH })).toBe(`"UPDATED_AT" < '${HIGH}+00:00'::${type.toUpperCase()}`);
  });
});

describe('fixWindow', () => {
  it('chains windows so that every row is in exactly one, even where the end does not grow', () => {
    const instant = fc
      .date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2024-01-03T00:00:00Z'), noInvalidDate: true })
      .map((date) => date.toISOString().replace('T', ' ').replace('Z', '000000'));
    fc.assert(
      fc.property(fc.array(instant, { maxLength: 20 }), fc.array(instant, { minLength: 1, maxLength: 8 }), (rows, ends) => {
        const seen: string[] = [];
        let low: string | undefined;
        for (const end of ends) {
          const window = fixWindow({ ...WINDOW, ...(low === undefined ? {} : { low }) }, { high: end, nulls: 0 });
          if (!isEmptyWindow(window)) seen.push(...rows.filter((row) => row >= (window.low ?? '') && row < window.high));
          low = window.high;
        }
        const last = ends.toSorted().at(-1) ?? '';
        expect(seen.toSorted()).toEqual(rows.filter((row) => row < last).toSorted());
      }),
    );
  });
});
