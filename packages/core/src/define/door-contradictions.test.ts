import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

const SNOWFLAKE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'KEY' }, database: 'SHOP' };
const columns = { id: 'NUMBER(10,0)', at: 'TIMESTAMP_NTZ', ns: { type: 'TIMESTAMP_NTZ', nanoseconds: 'epoch' } };

function problems(extract: object, source: object = SNOWFLAKE): readonly string[] {
  const declaration = { name: 'shop', source, bronze: { orders: { table: 'ORDERS', mode: 'full', columns, ...extract } } };
  try {
    parsePipeline(declaration, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message }) => `${code}: ${message}`);
  }
}

describe('drift', () => {
  it('other than freeze is for Snowflake', () => {
    const files = { kind: 'files', folder: 'data' };
    const plain = { table: 'orders.csv', columns: { id: 'NUMBER(10,0)' } };
    expect(problems({ ...plain, drift: 'freeze' }, files)).toEqual([]);
    expect(problems({ ...plain, drift: 'evolve' }, files)).toEqual([expect.stringContaining("`drift: 'evolve'` is for Snowflake sources")]);
    const quarantine = { ...plain, drift: 'quarantine', quarantine: { maxPercent: 1 } };
    expect(problems(quarantine, files)).toEqual([expect.stringContaining("`drift: 'quarantine'` is for Snowflake sources")]);
    expect(problems({ drift: 'quarantine', quarantine: { maxPercent: 1 } })).toEqual([]);
  });
});

describe('what an extract expects of its batches', () => {
  it('may be everything at once', () => {
    expect(problems({ rows: { min: 1, max: 1 }, freshness: { column: 'at', maxAge: '2 days', severity: 'warn' }, key: ['id'] })).toEqual(
      [],
    );
    expect(problems({ mode: 'window', watermark: 'at', freshness: { maxAge: '1 hour' } })).toEqual([]);
  });

  it.each([
    [{ drift: 'quarantine' }, "`drift: 'quarantine'` needs a budget"],
    [{ quarantine: { maxPercent: 5 } }, "`quarantine` needs `drift: 'quarantine'`"],
    [{ mode: 'changes', key: ['id'], drift: 'quarantine', quarantine: { maxPercent: 5 } }, 'Mode `changes` cannot set rows aside'],
    [{ drift: 'thaw' }, 'drift'],
    [{ rows: {} }, '`rows` needs `min` or `max`'],
    [{ rows: { min: 3, max: 2 } }, '`rows` allows no number of rows: 3 to 2'],
    [{ rows: { min: -1 } }, 'rows.min'],
    [{ freshness: { maxAge: '1 day' } }, '`freshness` needs a `column`'],
    [{ freshness: { column: 'att', maxAge: '1 day' } }, 'names `att`, which is not a column'],
    [{ freshness: { column: 'id', maxAge: '1 day' } }, '`id` does not hold instants'],
    [{ freshness: { column: 'ns', maxAge: '1 day' } }, '`ns` does not hold instants'],
    [{ freshness: { column: 'at', maxAge: 'a day' } }, 'freshness.maxAge'],
  ])('%j is refused', (extract, message) => {
    expect(problems(extract)).toEqual([expect.stringContaining(message)]);
    expect(problems(extract)[0]).toMatch(/^config\/invalid/);
  });
});
