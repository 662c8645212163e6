import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { isSnowmeltError, type SnowmeltError } from '../errors/snowmelt-error.ts';
import { loadTranslator } from '../sql/translator.ts';
import { compilePipeline } from './compile-pipeline.ts';
import type { Graph } from './graph.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());
const translator = loadTranslator();

const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' } as const;
const ORDERS = {
  table: 'ORDERS',
  mode: 'full',
  columns: { id: 'NUMBER(10,0)', customer: 'VARCHAR', price: 'NUMBER(12,3)', sold_at: 'TIMESTAMP_NTZ', extra: 'VARIANT' },
} as const;
type Layers = Partial<Pick<PipelineDeclaration, 'bronze' | 'silver' | 'gold'>>;
type Files = Readonly<Record<string, string>>;

/** Compiles a project. Its declaration's text is the JSON of it, so that places in it can be told. */
function compile(layers: Layers, sql: Files = {}): Promise<Graph> {
  const declared = { name: 'shop', source: SOURCE, bronze: { orders: ORDERS }, ...layers };
  const declaration = { path: 'snowmelt.config.ts', text: JSON.stringify(declared, undefined, 2) };
  const files = { read: async (path: string) => sql[path] };
  return compilePipeline(parsePipeline(declared, declaration), {
    declaration,
    files,
    binder: duckdbBinder({ session }),
    loadTranslator: () => translator,
  });
}

/** All errors of a project, of which the file `g.sql` is the model of `gold.g`. */
async function errorsOf(layers: Layers, sql: Files = {}): Promise<readonly SnowmeltError[]> {
  try {
    await compile(layers, sql);
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others];
  }
}

const MODELS: Layers = { silver: { o: { kind: 'snapshot', sql: 'o.sql' } }, gold: { g: { kind: 'snapshot', sql: 'g.sql' } } };
const O = { 'o.sql': 'select * from bronze.orders' };
const inModel = (line: number, column: number) => ({ file: 'g.sql', line, column });

describe('an error in a model', () => {
  it.each([
    ['select id,\n  custmer from silver.o', 'compile/unknown-column', 'Did you mean `customer`?', inModel(2, 3)],
    ['-- é😀\nselect o.custmer from silver.o as o', 'compile/unknown-column', 'Did you mean `customer`?', inModel(2, 8)],
    ['select x.id from silver.o as o', 'compile/unknown-table', 'Did you mean `o`?', inModel(1, 8)],
    ['select *\nfrom silver.oo', 'compile/unknown-table', 'Did you mean `silver.o`?', inModel(2, 6)],
    ['select * from orders', 'compile/unknown-table', 'Write tables as layer.table, e.g. silver.fact_orders.', inModel(1, 15)],
    ['select *\n  from bronze.orders', 'compile/layer-order', 'Gold reads silver and gold.', inModel(2, 8)],
    ['select id,\n  sum(customer) as s\nfrom silver.o group by id', 'compile/type-error', 'Cast the argument', inModel(2, 3)],
    ['select id + sold_at as s from silver.o', 'compile/type-error', 'Cast the argument', inModel(1, 11)],
    ['select id,,\n from silver.o', 'compile/syntax', 'Look just before this place', inModel(1, 11)],
    ['select id,\n current_timestamp() as t from silver.o', 'compile/not-deterministic', 'Use `$logical_date`', inModel(2, 2)],
    ['select sold_at - sold_at as lasted from silver.o', 'compile/unsupported-type', 'Cast the column', inModel(1, 29)],
    ['select id,\n array_agg(id) as ids from silver.o group by id', 'compile/unsupported-sql', 'Use LISTAGG', inModel(2, 2)],
    ['select nofunction(id) as x from silver.o', 'compile/unsupported-sql', 'docs/functions.md', inModel(1, 8)],
    ['select id, customer as id from silver.o', 'compile/unsupported-sql', '', inModel(1, 8)],
    ['delete from silver.o', 'compile/not-a-query', 'Remove other statements', { file: 'g.sql' }],
    ['select 1 as a; select 2 as b', 'compile/not-a-query', 'Remove other statements', { file: 'g.sql' }],
    ['select id as "Bad Name" from silver.o', 'compile/unsupported-sql', 'Give the expression a name with AS', { file: 'g.sql' }],
    ['select count(*) from silver.o', 'compile/unsupported-sql', 'Give the expression a name with AS', { file: 'g.sql' }],
  ])('%j', async (sql, code, hint, at) => {
    const errors = await errorsOf(MODELS, { ...O, 'g.sql': sql });
    expect(errors).toMatchObject([{ code, blame: 'user', hint: expect.stringContaining(hint), at }]);
  });
});

describe('an error between datasets', () => {
  it('is a circle, with where one is read', async () => {
    const silver = (name: string): Layers['silver'] => ({ [name]: { kind: 'snapshot', sql: `${name}.sql` } });
    const errors = await errorsOf(
      { silver: { ...silver('a'), ...silver('b'), ...silver('c'), ...silver('d'), ...silver('e') } },
      {
        'a.sql': 'select *\nfrom silver.b',
        'b.sql': 'select * from silver.a',
        'c.sql': 'select * from silver.c',
        'd.sql': 'select * from silver.c join silver.e on true',
        'e.sql': 'select * from bronze.orders',
      },
    );
    expect(errors).toMatchObject([
      {
        code: 'compile/cycle',
        message: expect.stringContaining('silver.a → silver.b → silver.a'),
        at: { file: 'a.sql', line: 2, column: 6 },
      },
      { code: 'compile/cycle', message: expect.stringContaining('silver.c → silver.c'), at: { file: 'c.sql', dataset: 'silver.c' } },
    ]);
  });

  it('is a file that does not exist', async () => {
    expect(await errorsOf({ gold: { g: { kind: 'snapshot', sql: 'none.sql' } } })).toMatchObject([
      {
        code: 'compile/file-not-found',
        hint: 'The path is relative to the project folder.',
        at: { file: 'snowmelt.config.ts', line: 28, column: 8, dataset: 'gold.g' },
      },
    ]);
  });

  it('is a layer that may not be read from below', async () => {
    const errors = await errorsOf(MODELS, { 'o.sql': 'select * from gold.g', 'g.sql': 'select 1 as one from silver.o' });
    expect(errors).toMatchObject([
      { code: 'compile/layer-order', hint: 'Silver reads bronze and silver.', at: { file: 'o.sql', column: 15 } },
    ]);
  });
});

describe('a silver model', () => {
  it.each(['changes', 'full'] as const)('over an extract in mode %s: only where every row is one', async (mode) => {
    const bronze = { orders: { ...ORDERS, mode, ...(mode === 'changes' ? { key: ['id'] } : {}) } };
    const errors = await errorsOf({ bronze, silver: { o: { kind: 'snapshot', sql: 'o.sql' } } }, O);
    const refused = {
      code: 'compile/layer-order',
      hint: expect.stringContaining("from: 'bronze.orders'"),
      at: { file: 'snowmelt.config.ts' },
    };
    expect(errors).toMatchObject(mode === 'changes' ? [refused] : []);
  });
});

describe('an error in the declaration', () => {
  type Silver = NonNullable<Layers['silver']>[string];
  const cleaned = (changes: Partial<Silver>): Layers => ({
    silver: { s: { kind: 'snapshot', from: 'bronze.orders', columns: { id: { type: 'NUMBER(10,0)' } }, ...changes } },
  });
  const at = (field: string, line: number) => ({ file: 'snowmelt.config.ts', line, dataset: 'silver.s', field });
  const column = (rules: object) => cleaned({ columns: { x: { type: 'NUMBER(10,0)', ...rules } } });

  it.each([
    ['an unknown source', cleaned({ from: 'bronze.order' }), 'compile/unknown-table', 'Did you mean `bronze.orders`?', at('from', 28)],
    ['an unknown start', column({ from: 'idd' }), 'compile/unknown-column', 'Did you mean `id`?', at('columns.x', 30)],
    ['a name in an expression', column({ expr: 'idd + 1' }), 'compile/unknown-column', 'Did you mean `id`?', at('columns.x', 30)],
    ['a type in an expression', column({ expr: 'id + sold_at' }), 'compile/type-error', 'Cast the inputs', at('columns.x', 30)],
    ['the syntax of an expression', column({ expr: 'id +' }), 'compile/syntax', 'Write what could stand', at('columns.x', 30)],
    ['chance in an expression', column({ expr: 'random()' }), 'compile/not-deterministic', 'Use `$logical_date`', at('columns.x', 30)],
    [
      'a check of an unknown column',
      cleaned({ checks: [{ kind: 'notNull', column: 'idd' }] }),
      'compile/unknown-column',
      'Did you mean `id`?',
      at('checks.0', 34),
    ],
    [
      'a check that does not fit',
      cleaned({ checks: [{ kind: 'sql', name: 'x', condition: 'idd > 0' }] }),
      'compile/unknown-column',
      'Did you mean `id`?',
      at('checks.0', 34),
    ],
    [
      'an event time without a day',
      cleaned({ kind: 'event', eventTime: 'id' }),
      'compile/type-error',
      'Name a column of type DATE or TIMESTAMP_NTZ',
      expect.objectContaining({ field: 'eventTime', dataset: 'silver.s' }),
    ],
  ])('is %s', async (_what, layers, code, hint, place) => {
    expect(await errorsOf(layers)).toMatchObject([{ code, hint: expect.stringContaining(hint), at: place }]);
  });

  it('is a key or an event time that a model does not give', async () => {
    const silver: Layers['silver'] = {
      s: { kind: 'snapshot', sql: 'o.sql', key: ['idd'] },
      t: { kind: 'event', sql: 'o.sql', eventTime: 'sold_on' },
    };
    expect(await errorsOf({ silver }, O)).toMatchObject([
      { code: 'compile/unknown-column', hint: 'Did you mean `id`?', at: { dataset: 'silver.s', field: 'key' } },
      { code: 'compile/unknown-column', hint: 'Did you mean `sold_at`?', at: { dataset: 'silver.t', field: 'eventTime' } },
    ]);
  });
});

it('reports all errors of a project at once, and none twice for what depends on a broken dataset', async () => {
  const errors = await errorsOf(
    {
      silver: {
        clean: {
          kind: 'snapshot',
          from: 'bronze.orders',
          columns: { id: { type: 'INT', from: 'idd' }, who: { type: 'VARCHAR', from: 'whom' } },
        },
        model: { kind: 'snapshot', sql: 'model.sql' },
        good: { kind: 'snapshot', sql: 'o.sql' },
      },
      gold: {
        behind_clean: { kind: 'snapshot', sql: 'behind.sql' },
        broken: { kind: 'snapshot', sql: 'broken.sql' },
        lost: { kind: 'snapshot', sql: 'lost.sql' },
      },
    },
    {
      ...O,
      'model.sql': 'select nope from bronze.orders',
      'behind.sql': 'select id, no_matter from silver.clean join silver.model on true',
      'broken.sql': 'select id,, from silver.good',
    },
  );
  expect(errors.map(({ code, at }) => [code, at.dataset ?? at.file])).toEqual([
    ['compile/syntax', 'broken.sql'],
    ['compile/file-not-found', 'gold.lost'],
    ['compile/unknown-column', 'silver.clean'],
    ['compile/unknown-column', 'silver.clean'],
    ['compile/unknown-column', 'silver.model'],
  ]);
});
