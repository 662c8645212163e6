import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, GraphDataset } from '../compile/graph.ts';
import { emptyState } from '../lake/commit.ts';
import { layerOf, parseDatasetName } from '../layout/dataset-name.ts';
import { forBoth } from '../sql/render.ts';
import { type Selection, selectDatasets } from './select-datasets.ts';
import { parseSelector } from './selector.ts';

/** A graph of nothing but names and who reads whom. */
function graphOf(edges: Readonly<Record<string, readonly string[]>>): Graph {
  const datasets = Object.entries(edges).map(([text, inputs]) => {
    const name = parseDatasetName(text);
    const dataset: GraphDataset = {
      layer: 'gold',
      name,
      description: undefined,
      columns: [],
      inputs: inputs.map(parseDatasetName),
      fingerprint: 'now',
      lineage: {},
      checks: [],
      checkScans: [],
      file: undefined,
      partitioning: { kind: 'snapshot' },
      key: undefined,
      sql: forBoth(() => 'SELECT 1'),
    };
    return { ...dataset, layer: layerOf(name) } as GraphDataset;
  });
  return { pipeline: 'shop', source: { kind: 'files', folder: '.' }, schedule: undefined, retentionDays: 30, datasets };
}

const shop = graphOf({
  'bronze.orders': [],
  'bronze.items': [],
  'silver.orders': ['bronze.orders'],
  'silver.items': ['bronze.items'],
  'silver.priced': ['silver.orders', 'silver.items'],
  'gold.daily_sales': ['silver.orders'],
  'gold.sales_by_item': ['silver.priced'],
});
const built = (name: string, fingerprint = 'now') => ({ ...emptyState(parseDatasetName(name)), version: 1, fingerprint });
const lake = new Map(
  [built('bronze.orders'), built('bronze.items'), built('silver.orders'), built('silver.items', 'before'), built('gold.daily_sales')].map(
    (state) => [state.dataset, state],
  ),
);
const chosen = (selection: Selection) => [...selectDatasets(shop, lake, selection)];

it('what checks read is needed like an input, and is not made again for what they read', () => {
  const datasets = shop.datasets.map((dataset) =>
    dataset.name === 'gold.daily_sales' ? { ...dataset, references: [parseDatasetName('silver.items')] } : dataset,
  );
  const selected = (select: string) => [...selectDatasets({ ...shop, datasets }, lake, { select })];
  expect(selected('+daily_sales')).toEqual(['bronze.orders', 'bronze.items', 'silver.orders', 'silver.items', 'gold.daily_sales']);
  expect(selected('silver.items+')).not.toContain('gold.daily_sales');
});

describe('a selection', () => {
  it.each([
    ['gold.daily_sales', ['gold.daily_sales']],
    ['daily_sales', ['gold.daily_sales']],
    ['orders', ['bronze.orders', 'silver.orders']],
    ['gold.*', ['gold.daily_sales', 'gold.sales_by_item']],
    ['*sales*', ['gold.daily_sales', 'gold.sales_by_item']],
    ['bronze.item?', ['bronze.items']],
    ['+gold.daily_sales', ['bronze.orders', 'silver.orders', 'gold.daily_sales']],
    ['1+gold.sales_by_item', ['silver.priced', 'gold.sales_by_item']],
    ['2+sales_by_item', ['silver.orders', 'silver.items', 'silver.priced', 'gold.sales_by_item']],
    ['silver.items+', ['silver.items', 'silver.priced', 'gold.sales_by_item']],
    ['silver.items+1', ['silver.items', 'silver.priced']],
    ['0+silver.items+0', ['silver.items']],
    ['+silver.priced+', ['bronze.orders', 'bronze.items', 'silver.orders', 'silver.items', 'silver.priced', 'gold.sales_by_item']],
    ['@silver.items', ['bronze.orders', 'bronze.items', 'silver.orders', 'silver.items', 'silver.priced', 'gold.sales_by_item']],
    ['silver.orders  gold.*', ['silver.orders', 'gold.daily_sales', 'gold.sales_by_item']],
    ['+silver.priced,silver.*', ['silver.orders', 'silver.items', 'silver.priced']],
    ['+priced,silver.orders bronze.items', ['bronze.items', 'silver.orders']],
    ['gold.*,silver.*', []],
    ['state:new', ['silver.priced', 'gold.sales_by_item']],
    ['state:modified', ['silver.items', 'silver.priced', 'gold.sales_by_item']],
    ['state:modified,silver.*', ['silver.items', 'silver.priced']],
  ])('%s', (select, names) => {
    expect(chosen({ select })).toEqual(names);
  });

  it('leaves out what is excluded, and has everything without one', () => {
    expect(chosen({})).toEqual(shop.datasets.map(({ name }) => name));
    expect(chosen({ exclude: 'bronze.* +priced' })).toEqual(['gold.daily_sales', 'gold.sales_by_item']);
    expect(chosen({ select: 'silver.*', exclude: 'silver.priced' })).toEqual(['silver.orders', 'silver.items']);
  });

  it.each(['', '  ', ',', 'gold.*,', '++x', 'x++', '@x+', '+', 'a b@', 'tag:nightly', 'state:old', 'Gold.x', 'a/b'])(
    'cannot be read: `%s`',
    (text) => {
      expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'run/invalid-selection' }));
    },
  );

  it('that names nothing there is says what it could have meant', () => {
    const fail = (select: string) => expect(() => chosen({ select }));
    fail('gold.dayly_sales').toThrow(expect.objectContaining({ code: 'lake/unknown-dataset', hint: 'Did you mean `gold.daily_sales`?' }));
    fail('dayly_sales+').toThrow(expect.objectContaining({ hint: 'Did you mean `daily_sales`?' }));
    fail('silver').toThrow(expect.objectContaining({ hint: 'Did you mean `silver.*`?' }));
    fail('orders goldd.*').toThrow(expect.objectContaining({ hint: 'Did you mean `gold.*`?' }));
    expect(() => chosen({ exclude: 'nothing_like_it' })).toThrow(expect.objectContaining({ code: 'lake/unknown-dataset' }));
  });

  it('with + and its opposite agree in any graph', () => {
    const graphs = fc
      .array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 2, maxLength: 8 })
      .map((reads) =>
        graphOf(
          Object.fromEntries(
            reads.map((inputs, i) => [`gold.t${i}`, [...new Set(inputs.filter((input) => input < i))].map((input) => `gold.t${input}`)]),
          ),
        ),
      );
    fc.assert(
      fc.property(graphs, fc.nat(7), fc.nat(7), (graph, a, b) => {
        fc.pre(a < graph.datasets.length && b < graph.datasets.length);
        const has = (select: string, name: string) => selectDatasets(graph, new Map(), { select }).has(parseDatasetName(name));
        expect(has(`+t${a}`, `gold.t${b}`)).toBe(has(`t${b}+`, `gold.t${a}`));
        const intersection = selectDatasets(graph, new Map(), { select: `+t${a},+t${b}` });
        const both = graph.datasets.filter(({ name }) => has(`+t${a}`, name) && has(`+t${b}`, name)).map(({ name }) => name);
        expect([...intersection]).toEqual(both);
      }),
      { numRuns: 200 },
    );
  });
});
