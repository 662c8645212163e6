import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { isSnowmeltError, type SnowmeltError } from '../errors/snowmelt-error.ts';
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
const gold = (sql: string, silver: PipelineDeclaration['silver'] = {}) => compile({ silver: { o: { kind: 'snapshot', sql: 'o.sql' }, ...silver }, gold: { g: { kind: 'snapshot', sql: 'g.sql' } } }, { 'o.sql': 'select * from bronze.orders', 'g.sql': sql });
const cases: Record<string, () => Promise<unknown>> = {
  col: () => gold('select id,\n  custmer from silver.o'),
  col2: () => gold('select o.custmer from silver.o as o'),
  table: () => gold('select *\nfrom silver.oo'),
  table2: () => gold('select * from orders'),
  layer: () => gold('select * from bronze.orders'),
  alias: () => gold('select x.id from silver.o as o'),
  type: () => gold('select id,\n  sum(customer) as s from silver.o group by id'),
  type2: () => gold('select id + sold_at as s from silver.o'),
  syntax: () => gold('select id,,\n from silver.o'),
  syntax2: () => gold('select id from silver.o where'),
  notq: () => gold('delete from silver.o'),
  two: () => gold('select 1 as a; select 2 as b'),
  det: () => gold('select id,\n current_timestamp() as t from silver.o'),
  interval: () => gold('select sold_at - sold_at as lasted from silver.o'),
  list: () => gold('select array_agg(id) as ids from silver.o'),
  name: () => gold('select id, count(*) from silver.o group by id'),
  name2: () => gold('select id as "Bad Name" from silver.o'),
  dupl: () => gold('select id, customer as id from silver.o'),
  fn: () => gold('select nofunction(id) as x from silver.o'),
  file: () => compile({ gold: { g: { kind: 'snapshot', sql: 'none.sql' } } }),
  cyc: () => compile({ silver: { a: { kind: 'snapshot', sql: 'a' }, b: { kind: 'snapshot', sql: 'b' }, c: { kind: 'snapshot', sql: 'c' }, d: { kind: 'snapshot', sql: 'd' } } }, { a: 'select * from silver.b', b: 'select *\nfrom silver.a', c: 'select * from silver.d', d: 'select * from silver.c' }),
  expr: () => compile({ silver: { s: { kind: 'snapshot', from: 'bronze.orders', columns: { id: { type: 'NUMBER', expr: 'idd + 1' }, n: { type: 'DATE', expr: 'current_date()' }, m: { type: 'DATE', expr: 'price +' }, k: { type: 'DATE', expr: 'nofn(id)' }, b: { type: 'BINARY', from: 'price' }, f: { type: 'VARCHAR', from: 'custmer' } } } } }),
  from: () => compile({ silver: { s: { kind: 'snapshot', from: 'bronze.order', columns: { id: { type: 'NUMBER' } } } } }),
  et: () => compile({ silver: { s: { kind: 'event', eventTime: 'id', from: 'bronze.orders', columns: { id: { type: 'NUMBER' } } } } }),
  chk: () => compile({ silver: { s: { kind: 'snapshot', from: 'bronze.orders', columns: { id: { type: 'NUMBER' } }, checks: [{ kind: 'notNull', column: 'idd' }] } } }),
  chk2: () => compile({ silver: { s: { kind: 'snapshot', from: 'bronze.orders', columns: { id: { type: 'NUMBER' } }, checks: [{ kind: 'sql', name: 'x', condition: 'idd > 0' }] } } }),
  key: () => compile({ silver: { s: { kind: 'snapshot', sql: 'o', key: ['idd'] } } }, { o: 'select * from bronze.orders' }),
  pat: () => compile({ silver: { s: { kind: 'snapshot', from: 'bronze.orders', columns: { customer: { type: 'VARCHAR', pattern: '([' } } } } }),
};
it('x', async () => {
  for (const [name, run] of Object.entries(cases)) {
    try { const g = await run(); console.log(name, 'OK', (g as any).datasets.at(-1).columns.map((c: any) => c.name + ' ' + c.type.kind).join(',')); }
    catch (e) { for (const x of [e, ...(e as any).others ?? []] as any[]) console.log(name, x.code, '|', x.message, '|', x.hint, '|', JSON.stringify(x.at)); }
  }
});
it('lineage', async () => {
  const g = await gold(`with c as (select customer, sum(price) as p, max(sold_at) as l from silver.o group by customer)
  select c.*, upper(c.customer) as u, 1 as one, p * 2 as q, (select count(*) from silver.o x where x.customer = c.customer) as n from c`);
  console.log(JSON.stringify(g.datasets.map(d => [d.name, d.lineage]), undefined, 1));
  const h = await gold(`select o.*, b.total from silver.o join (select customer, sum(price) total from silver.o group by 1) b on b.customer = o.customer`);
  console.log(JSON.stringify(h.datasets.at(-1)?.lineage, undefined, 1));
});
