import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { renderColumnType } from '../sql/column-type.ts';
import { loadTranslator } from '../sql/translator.ts';
import { compilePipeline } from './compile-pipeline.ts';
import { findDataset, type Graph } from './graph.ts';

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

const columnsOf = (graph: Graph, name: string) =>
  findDataset(graph, name)?.columns.map(({ name: column, type }) => `${column} ${renderColumnType(type, 'snowflake')}`);

describe('compilePipeline', () => {
  it('orders datasets so that each follows its inputs, however they were declared', async () => {
    const layers: Layers = {
      silver: { z: { kind: 'snapshot', sql: 'z.sql' }, a: { kind: 'snapshot', sql: 'a.sql' } },
      gold: { top: { kind: 'snapshot', sql: 'top.sql' }, mid: { kind: 'snapshot', sql: 'mid.sql' } },
    };
    const graph = await compile(layers, {
      'a.sql': 'select * from bronze.orders',
      'z.sql': 'select * from silver.a',
      'top.sql': 'select m.id from gold.mid as m join silver.a on a.id = m.id',
      'mid.sql': 'select * from silver.z',
    });
    expect(graph.datasets.map(({ name }) => name)).toEqual(['bronze.orders', 'silver.a', 'silver.z', 'gold.mid', 'gold.top']);
    expect(findDataset(graph, 'gold.top')?.inputs).toEqual(['gold.mid', 'silver.a']);
  });

  it('knows the type of every column', async () => {
    const graph = await compile(
      {
        silver: {
          o: { kind: 'snapshot', from: 'bronze.orders', columns: { id: { type: 'INT' }, total: { expr: 'price', type: 'NUMBER(12,2)' } } },
        },
        gold: { g: { kind: 'snapshot', sql: 'g.sql' } },
      },
      {
        'g.sql': 'select ID, sum(total) as Sum, avg(total::float) as mean, count(*) as n, $logical_date as as_of from silver.o group by id',
      },
    );
    expect(columnsOf(graph, 'bronze.orders')).toEqual([
      'id NUMBER(18,0)',
      'customer VARCHAR',
      'price NUMBER(12,3)',
      'sold_at TIMESTAMP_NTZ',
      'extra VARIANT',
    ]);
    expect(columnsOf(graph, 'silver.o')).toEqual(['id NUMBER(18,0)', 'total NUMBER(12,2)']);
    expect(columnsOf(graph, 'gold.g')).toEqual(['id NUMBER(18,0)', 'sum NUMBER(38,2)', 'mean FLOAT', 'n NUMBER(18,0)', 'as_of DATE']);
  });

  it('is plain data', async () => {
    const graph = await compile({ silver: { o: { kind: 'snapshot', sql: 'o.sql' } } }, { 'o.sql': 'select id from bronze.orders' });
    expect(JSON.parse(JSON.stringify(graph))).toEqual(JSON.parse(JSON.stringify(structuredClone(graph))));
  });

  it('does not load the translator for bronze alone', async () => {
    const declaration = { path: 'snowmelt.config.ts', text: '' };
    const loadTranslator = () => Promise.reject(new Error('loaded'));
    const pipeline = parsePipeline({ name: 'shop', source: SOURCE, bronze: { orders: ORDERS } }, declaration);
    const input = { declaration, files: { read: async () => undefined }, binder: duckdbBinder({ session }), loadTranslator };
    expect((await compilePipeline(pipeline, input)).datasets).toHaveLength(1);
  });

  it('keeps every check, also two of one kind on one column, and checks the key once', async () => {
    const checks = [
      { kind: 'range', column: 'id', min: 1 },
      { kind: 'range', column: 'id', max: 9, severity: 'warn' },
      { kind: 'sql', name: 'small', condition: 'id < 100' },
    ] as const;
    const columns = { id: { type: 'INT' } };
    const silver: Layers['silver'] = { o: { kind: 'snapshot', from: 'bronze.orders', key: ['id'], columns, checks: [...checks] } };
    const dataset = findDataset(await compile({ silver }), 'silver.o');
    expect(dataset?.checks).toMatchObject([
      { id: 'range(id)', severity: 'error' },
      { id: 'range(id) #2', severity: 'warn' },
      { id: 'sql(small)', severity: 'error' },
      { id: 'unique(id)', severity: 'error' },
    ]);
    expect(dataset?.checkScans.map((scan) => scan.checks)).toEqual([['unique(id)']]);
    expect(dataset?.measurement?.measures.map(({ id }) => id)).toEqual(['range(id)', 'range(id) #2', 'sql(small)']);
  });
});

describe('lineage', () => {
  const lineageOf = async (sql: string) => {
    const layers: Layers = { silver: { o: { kind: 'snapshot', sql: 'o.sql' } }, gold: { g: { kind: 'snapshot', sql: 'g.sql' } } };
    const graph = await compile(layers, { 'o.sql': 'select * from bronze.orders', 'g.sql': sql });
    const lineage = findDataset(graph, 'gold.g')?.lineage ?? {};
    return Object.fromEntries(
      Object.entries(lineage).map(([name, from]) => [name, from.map(({ dataset, column }) => `${dataset}.${column}`).join(' ')]),
    );
  };

  it('leads through common table expressions, subqueries and expressions', async () => {
    const sql = `
      with spent as (select customer, sum(price) as p, max(sold_at) as last_at from silver.o group by customer)
      select spent.*, upper(spent.customer) as u, 1 as one, p * 2 + len(o.extra::varchar) as q
      from spent join (select customer, extra from silver.o) as o on o.customer = spent.customer`;
    expect(await lineageOf(sql)).toEqual({
      customer: 'silver.o.customer',
      p: 'silver.o.price',
      last_at: 'silver.o.sold_at',
      u: 'silver.o.customer',
      one: '',
      q: 'silver.o.extra silver.o.price',
    });
  });

  it('leads through a star of a join and through set operations', async () => {
    const sql = 'select a.*, b.price as paid from silver.o as a join silver.o as b on a.id = b.id';
    expect(await lineageOf(sql)).toMatchObject({ id: 'silver.o.id', extra: 'silver.o.extra', paid: 'silver.o.price' });
    expect(await lineageOf('select id as x from silver.o union all select len(customer) from silver.o')).toEqual({
      x: 'silver.o.customer silver.o.id',
    });
  });

  it('of a cleaned column is what it starts from', async () => {
    const columns = { id: { type: 'INT' }, who: { from: 'customer', type: 'VARCHAR' }, both: { expr: 'price * id', type: 'FLOAT' } };
    const graph = await compile({ silver: { o: { kind: 'snapshot', from: 'bronze.orders', columns } } });
    const from = (column: string, use: string) => ({ dataset: 'bronze.orders', column, uses: [use] });
    expect(findDataset(graph, 'silver.o')?.lineage).toEqual({
      id: [from('id', 'identity')],
      who: [from('customer', 'identity')],
      both: [from('id', 'transformation'), from('price', 'transformation')],
    });
  });
});

describe('a fingerprint', () => {
  const printsOf = async (sql: string, expr = 'price', more: object = {}) => {
    const columns = { id: { type: 'INT' }, total: { expr, type: 'NUMBER(12,2)', ...more } };
    const layers: Layers = {
      silver: { o: { kind: 'snapshot', from: 'bronze.orders', columns } },
      gold: { g: { kind: 'snapshot', sql: 'g.sql' } },
    };
    const graph = await compile(layers, { 'g.sql': sql });
    return graph.datasets.map(({ fingerprint }) => fingerprint);
  };
  const sql = "select id, 'A' as a from silver.o";

  it('is indifferent to comments, layout and the case of names and keywords', async () => {
    const prints = await printsOf(sql);
    expect(await printsOf(`-- why\nSELECT Id,\n\n  'A' AS a /* because */ FROM silver.o\n`)).toEqual(prints);
    expect(await printsOf(sql, ' price\n')).toEqual(prints);
    expect(await printsOf(sql, 'price /* of one */ -- in pounds')).toEqual(prints);
    expect(await printsOf(sql, 'PRICE')).toEqual(prints);
  });

  it('changes where rows could change, and only there', async () => {
    const [bronze, silver, gold] = await printsOf(sql);
    expect(await printsOf(sql.replace("'A'", "'B'"))).toEqual([bronze, silver, expect.not.stringMatching(String(gold))]);
    const [, changed, same] = await printsOf(sql, 'price * 2');
    expect([changed === silver, same === gold]).toEqual([false, true]);
    const [, ruled] = await printsOf(sql, 'price', { range: { min: 0 } });
    expect(ruled).not.toBe(silver);
  });

  it('is not concerned with checks and descriptions', async () => {
    const silver = (more: object) => ({
      o: { kind: 'snapshot', from: 'bronze.orders', columns: { id: { type: 'INT' } }, ...more } as const,
    });
    const [plain, told] = await Promise.all(
      [{}, { description: 'Orders', checks: [{ kind: 'notNull', column: 'id' }] }].map((more) => compile({ silver: silver(more) })),
    );
    expect(told?.datasets[1]?.fingerprint).toBe(plain?.datasets[1]?.fingerprint);
  });
});
