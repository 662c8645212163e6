import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';
import type { PipelineDeclaration } from './pipeline-schema.ts';

type Silver = NonNullable<PipelineDeclaration['silver']>[string];

const columns: NonNullable<Silver['columns']> = { id: { type: 'INT' }, at: { type: 'DATE' } };
const history: Silver = { kind: 'history', from: 'bronze.t', key: ['id'], version: 'at', columns };

/** All that is wrong with a silver dataset over an extract. */
function errorsOf(silver: Silver, mode: 'window' | 'full' = 'window'): readonly string[] {
  const way = mode === 'full' ? { mode } : { mode, watermark: 'at' };
  const declared: PipelineDeclaration = {
    name: 'shop',
    source: { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' },
    bronze: { t: { table: 'T', columns: { id: 'INT', at: 'DATE' }, ...way } },
    silver: { h: silver },
  };
  try {
    parsePipeline(declared, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message }) => `${code}: ${message}`);
  }
}

describe('a history', () => {
  it('needs a key and a version', () => {
    expect(errorsOf(history)).toEqual([]);
  });

  it.each<[Partial<Silver>, string]>([
    [{ key: undefined, version: undefined }, 'needs `key` and `version`'],
    [{ eventTime: 'at' }, 'has no event time'],
    [{ distinct: ['at'] }, 'keeps all versions'],
    [{ columns: { ...columns, valid_from: { type: 'DATE' } } }, '`valid_from` is a column that a history adds itself'],
    [{ version: 'id' }, '`id` is the version of a history, but no time'],
    [{ columns: { ...columns, at: { type: 'DATE', onFail: 'null' } } }, 'cannot become NULL'],
    [{ from: undefined, sql: 'h.sql' }, 'needs `from` and no `sql`'],
  ])('with %j is refused', (change, message) => {
    expect(errorsOf({ ...history, ...change })).toEqual([expect.stringContaining(message)]);
  });

  it('of a table that is read in full is refused', () => {
    expect(errorsOf(history, 'full')).toEqual([expect.stringContaining('is read in full')]);
  });
});
