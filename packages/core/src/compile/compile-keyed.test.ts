import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { loadTranslator } from '../sql/translator.ts';
import { compilePipeline } from './compile-pipeline.ts';
import { findDataset, type Graph } from './graph.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());
const translator = loadTranslator();
type Gold = NonNullable<PipelineDeclaration['gold']>[string];

/** Compiles `gold.g` with this model; an error is given as what it says. */
async function compileGold(gold: Omit<Gold, 'sql'>, sql: string): Promise<Graph | string> {
  const declared: PipelineDeclaration = {
    name: 'shop',
    source: { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' },
    bronze: { t: { table: 'T', mode: 'full', columns: { id: 'NUMBER(10,0)', ratio: 'FLOAT', code: 'VARCHAR' } } },
    silver: { t: { kind: 'snapshot', sql: 't.sql' }, texts: { kind: 'snapshot', sql: 'texts.sql' } },
    gold: { g: { ...gold, sql: 'g.sql' } },
  };
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  const files: Readonly<Record<string, string>> = {
    't.sql': 'select * from bronze.t',
    'texts.sql': 'select id::varchar as id from bronze.t',
    'g.sql': sql,
  };
  try {
    return await compilePipeline(parsePipeline(declared, declaration), {
      declaration,
      files: { read: async (path) => files[path] },
      binder: duckdbBinder({ session }),
      loadTranslator: () => translator,
    });
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return `${error.code}: ${error.message} ${error.hint}`;
  }
}

const keyed = { kind: 'keyed', key: ['id'] } satisfies Omit<Gold, 'sql'>;

describe('a keyed dataset', () => {
  it('knows by which columns its inputs are read, and whether its checks are about all rows', async () => {
    const keyedOf = async (gold: Omit<Gold, 'sql'>) => {
      const graph = await compileGold(gold, 'select id, code from silver.t');
      const dataset = typeof graph === 'string' ? undefined : findDataset(graph, 'gold.g');
      return dataset?.layer === 'gold' ? dataset.keyed : graph;
    };
    const inputs = [{ dataset: 'silver.t', columns: ['id'] }];
    expect(await keyedOf(keyed)).toEqual({ inputs, checksWhole: false });
    expect(await keyedOf({ ...keyed, checks: [{ kind: 'unique', columns: ['id', 'code'] }] })).toEqual({ inputs, checksWhole: false });
    expect(await keyedOf({ ...keyed, checks: [{ kind: 'unique', columns: ['code'] }] })).toEqual({ inputs, checksWhole: true });
    expect(await keyedOf({ ...keyed, checks: [{ kind: 'rowCount', min: 1 }] })).toEqual({ inputs, checksWhole: true });
  });

  it.each([
    [keyed, 'select id from silver.t limit 1', 'compile/not-by-key: gold.g cannot be made key by key. `LIMIT`'],
    [
      keyed,
      'select id from silver.t where id < $logical_date - date_from_parts(2020, 1, 1)',
      'compile/not-by-key: gold.g cannot be made key by key. It reads `$logical_date`',
    ],
    [
      { ...keyed, key: ['ratio'] },
      'select ratio from silver.t',
      'compile/type-error: `key` of gold.g names `ratio`, which is of type double',
    ],
    [
      { ...keyed, key: ['code'] },
      'select t.code from silver.t join silver.t as u on u.id = t.code',
      'compile/not-by-key: gold.g cannot be made key by key. It reads silver.t more than once',
    ],
    [{ kind: 'keyed' } as const, 'select id from silver.t', 'config/invalid: `gold.g` is of kind keyed but has no `key`.'],
    [{ ...keyed, eventTime: 'id' }, 'select id from silver.t', 'config/invalid: A keyed dataset has no event time.'],
    [
      { kind: 'snapshot', buckets: 2 } as const,
      'select id from silver.t',
      'config/invalid: `gold.g` is divided by days, not into buckets.',
    ],
  ])('%j of %s is refused', async (gold, sql, message) => {
    expect(await compileGold(gold, sql)).toContain(message);
  });

  it('needs the same type on both sides of a join by its key', async () => {
    const sql = 'select t.id from silver.t as t join silver.texts as u on u.id = t.id';
    expect(await compileGold(keyed, sql)).toContain('`id` is of another type than `id` of silver.texts');
  });
});
