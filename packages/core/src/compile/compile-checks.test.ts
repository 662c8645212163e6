import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { loadTranslator } from '../sql/translator.ts';
import { compilePipeline } from './compile-pipeline.ts';
import { findDataset, type Graph, upstreamOf } from './graph.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());
const translator = loadTranslator();

type Checks = NonNullable<NonNullable<PipelineDeclaration['silver']>[string]['checks']>;
const COLUMNS = {
  id: { type: 'NUMBER(10,0)' },
  customer: { type: 'VARCHAR' },
  price: { type: 'NUMBER(12,3)' },
  sold_at: { type: 'TIMESTAMP_NTZ' },
} as const;

/** Compiles checks of `silver.facts`, which is declared before `silver.dims`. */
function compile(checks: Checks, gold: Checks = [], columns: PipelineDeclaration['silver'] = {}): Promise<Graph> {
  const types = Object.fromEntries(Object.entries(COLUMNS).map(([name, { type }]) => [name, type]));
  const extract = { table: 'T.csv', mode: 'full', columns: types } as const;
  const from = { from: 'bronze.orders', columns: COLUMNS };
  const pipeline = parsePipeline(
    {
      name: 'shop',
      source: { kind: 'files', folder: 'data' },
      bronze: { orders: extract },
      silver: { facts: { kind: 'event', eventTime: 'sold_at', ...from, checks }, dims: { kind: 'snapshot', ...from }, ...columns },
      gold: { sales: { kind: 'snapshot', sql: 'g.sql', checks: gold } },
    },
    { path: 'snowmelt.config.ts', text: '' },
  );
  return compilePipeline(pipeline, {
    declaration: { path: 'snowmelt.config.ts', text: '' },
    files: { read: async () => 'select id, customer from silver.dims' },
    binder: duckdbBinder({ session }),
    loadTranslator: () => translator,
  });
}

async function errorsOf(checks: Checks, gold: Checks = []): Promise<readonly string[]> {
  try {
    await compile(checks, gold);
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message }) => `${code}: ${message}`);
  }
}

describe('a check that does not fit', () => {
  const to = (name: string, more: object = {}) => ({ kind: 'relationship' as const, column: 'id', to: name, ...more });
  const query = (text: string) => ({ kind: 'sql' as const, name: 'q', query: text });
  it.each<[Checks[number], string]>([
    [{ kind: 'notNull', column: 'idd' }, 'compile/unknown-column: A check of silver.facts names `idd`'],
    [
      { kind: 'freshness', column: 'price', maxAge: '1 day' },
      'compile/type-error: A check of silver.facts names `price`, which is of type decimal and has no age',
    ],
    [{ kind: 'aggregate', column: 'customer', function: 'mean', min: 0 }, 'which is of type varchar and has no mean'],
    [{ kind: 'anomaly', metric: 'max', column: 'sold_at' }, 'which is of type timestamp and has no max'],
    [
      { kind: 'range', column: 'id', min: 'many' },
      'compile/type-error: A check of silver.facts compares `id` with `many`, which is no NUMBER(18,0).',
    ],
    [{ kind: 'range', column: 'price', max: 1_000_000_000 }, '`1000000000`, which is no NUMBER(12,3).'],
    [{ kind: 'range', column: 'sold_at', max: '2023-02-29' }, '`2023-02-29`, which is no TIMESTAMP_NTZ.'],
    [{ kind: 'range', column: 'sold_at', max: '2023-02-28 10' }, '`2023-02-28 10`, which is no TIMESTAMP_NTZ.'],
    [{ kind: 'acceptedValues', column: 'id', values: [1, '1e3'] }, '`1e3`, which is no NUMBER(18,0).'],
    [{ kind: 'pattern', column: 'customer', pattern: '(' }, 'compile/type-error: The check pattern(customer) of silver.facts does not fit'],
    [{ kind: 'pattern', column: 'id', pattern: '1' }, 'compile/type-error: The check pattern(id) of silver.facts does not fit'],
    [{ kind: 'sql', name: 'a', condition: 'idd > 1' }, 'compile/unknown-column: The check sql(a) of silver.facts does not fit'],
    [to('silver.dim'), 'compile/unknown-table: A check of silver.facts names `silver.dim`'],
    [to('bronze.orders'), 'compile/layer-order: A check of silver.facts may not read bronze.orders.'],
    [
      to('silver.dims', { toColumn: 'idd' }),
      'compile/unknown-column: A relationship of silver.facts names `idd`, which silver.dims does not have.',
    ],
    [
      to('silver.dims', { toColumn: 'customer' }),
      'compile/type-error: A relationship of silver.facts compares `id` with `customer` of silver.dims',
    ],
    [to('silver.facts'), 'compile/cycle: Datasets read each other in a circle'],
    [query('select * from orders'), 'compile/unknown-table: `orders` is not a table of the lake.'],
    [query('select * from silver.nothing'), 'compile/unknown-table: A check of silver.facts names `silver.nothing`'],
    [query('select nothing from silver.facts'), 'compile/unknown-column: The check sql(q) of silver.facts does not fit'],
    [query('delete from silver.facts'), 'compile/not-a-query'],
  ])('%j', async (check, message) => {
    const errors = await errorsOf([check]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
  });

  it('is one of silver that reads gold', async () => {
    const errors = await errorsOf([{ kind: 'relationship', column: 'id', to: 'gold.sales' }]);
    expect(errors).toEqual([expect.stringContaining('compile/layer-order')]);
  });
});

describe('what checks read', () => {
  it('is built before, and is upstream, but no input', async () => {
    const graph = await compile([
      { kind: 'relationship', column: 'id', to: 'silver.dims' },
      { kind: 'sql', name: 'q', query: 'select f.id from silver.facts f join silver.dims d on d.id = f.id where d.price < f.price' },
    ]);
    const facts = findDataset(graph, 'silver.facts');
    expect(facts).toMatchObject({ inputs: ['bronze.orders'], references: ['silver.dims'] });
    const names = graph.datasets.map(({ name }) => name);
    expect(names.indexOf('silver.dims' as never)).toBeLessThan(names.indexOf('silver.facts' as never));
    expect([...upstreamOf(graph, 'silver.facts' as never)].sort()).toEqual(['bronze.orders', 'silver.dims', 'silver.facts']);
  });
});

describe('the fingerprint', () => {
  const fingerprints = async (checks: Checks, gold: Checks) => {
    const graph = await compile(checks, gold);
    return ['silver.facts', 'gold.sales'].map((name) => findDataset(graph, name)?.fingerprint);
  };

  it('changes with checks that set rows aside, and with no others', async () => {
    const plain = await fingerprints([], []);
    expect(await fingerprints([{ kind: 'notNull', column: 'price' }], [{ kind: 'notNull', column: 'id', severity: 'warn' }])).toEqual(
      plain,
    );
    const [facts, sales] = await fingerprints(
      [{ kind: 'notNull', column: 'price', severity: 'quarantine' }],
      [{ kind: 'notNull', column: 'id', severity: 'quarantine' }],
    );
    expect([facts === plain[0], sales === plain[1]]).toEqual([false, false]);
  });
});
