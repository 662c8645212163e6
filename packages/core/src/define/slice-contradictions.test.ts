import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

const stage = { name: 'LAKE', url: 's3://bucket/lake' };
const SNOWFLAKE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'KEY' }, database: 'SHOP', stage };

function problems(extract: object, source: object = SNOWFLAKE): readonly string[] {
  const columns = { id: 'NUMBER(10,0)', at: 'TIMESTAMP_NTZ' };
  const declaration = { name: 'shop', source, bronze: { orders: { table: 'ORDERS', mode: 'full', columns, ...extract } } };
  try {
    parsePipeline(declaration, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message, hint }) => `${code}: ${message} ${hint}`);
  }
}

describe('slices', () => {
  it.each([
    [{ slices: 2 }],
    [{ slices: 64, transport: 'unload', key: ['id'] }],
    [{ slices: 3, mode: 'window', watermark: 'at' }],
    [{ slices: 3, mode: 'keys-diff', watermark: 'at', key: ['id'] }],
    [{ slices: 3, mode: 'changes', key: ['id'] }],
  ])('may be asked for: %j', (extract) => {
    expect(problems(extract)).toEqual([]);
  });

  it.each([
    [{ slices: 1 }, 'slices'],
    [{ slices: 65 }, 'slices'],
    [{ slices: 2.5 }, 'slices'],
    [{ slices: 2, table: undefined, query: 'select 1' }, 'Only a table can be read in slices'],
    [{ slices: 2, transport: 'rows' }, 'Transport rows is for look-ups'],
  ])('%j is refused', (extract, message) => {
    expect(problems(extract)).toEqual([expect.stringContaining(message)]);
    expect(problems(extract)[0]).toMatch(/^config\/invalid/);
  });

  it.each([
    [{ kind: 'files', folder: 'data' }, { table: 'orders.csv' }],
    [{ kind: 'duckdb', database: 'shop.duckdb' }, {}],
  ])('are for Snowflake, not for %j', (source, extract) => {
    expect(problems(extract, source)).toEqual([]);
    expect(problems({ ...extract, slices: 2 }, source)).toEqual([expect.stringContaining('`slices` is for Snowflake sources. Remove it')]);
  });
});
