import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { loadTranslator } from '../sql/translator.ts';
import { compilePipeline } from './compile-pipeline.ts';
import { findDataset } from './graph.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

/** Compiles a history of a changelog whose key is `id`. */
async function compileHistory(key: readonly string[], id: { readonly type: string; readonly from?: string; readonly expr?: string }) {
  const declared: PipelineDeclaration = {
    name: 'shop',
    source: { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' },
    bronze: { t: { table: 'T', mode: 'changes', key: ['id'], columns: { id: 'INT', name: 'VARCHAR', at: 'DATE' } } },
    silver: {
      h: {
        kind: 'history',
        from: 'bronze.t',
        key: [...key],
        version: 'at',
        columns: { id, name: { type: 'VARCHAR' }, at: { type: 'DATE' } },
      },
    },
  };
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  const graph = await compilePipeline(parsePipeline(declared, declaration), {
    declaration,
    files: { read: async () => undefined },
    binder: duckdbBinder({ session }),
    loadTranslator,
  });
  return findDataset(graph, 'silver.h');
}

describe('a history', () => {
  it('has the time in which each version was so, from its version, and checks that no two begin at once', async () => {
    const history = await compileHistory(['id'], { type: 'INT' });
    expect(history?.columns.slice(3)).toEqual([
      { name: 'valid_from', type: { kind: 'timestamp' } },
      { name: 'valid_to', type: { kind: 'timestamp' } },
      { name: 'is_current', type: { kind: 'boolean' } },
    ]);
    expect(history?.lineage['valid_to']).toEqual([{ dataset: 'bronze.t', column: 'at', uses: ['window'] }]);
    expect(history?.checks.map(({ id }) => id)).toEqual(['unique(id, valid_from)']);
  });

  it.each([
    [['name'], { type: 'INT' }],
    [['id', 'name'], { type: 'INT' }],
    [['id'], { type: 'INT', from: 'name' }],
    [['id'], { type: 'INT', expr: 'id::float / 2' }],
  ])('by %j, made as %j, is refused over a changelog: its deletes are told by another key', async (key, id) => {
    await expect(compileHistory(key, id)).rejects.toMatchObject({ code: 'compile/type-error', hint: 'Use its key: id.' });
  });
});
