import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePipeline, loadTranslator, parsePipeline } from '@snowmelt/core/compile';
import { findDataset, findLineageStart, type Graph, walkDown, walkUp } from '@snowmelt/core/pipeline';
import { duckdbBinder, fsProjectFiles, loadConfig, openDuckdb } from '@snowmelt/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));
const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/lineage-tests' });
afterAll(() => session.close());

let graph: Graph;
beforeAll(async () => {
  const declaration = { path: 'snowmelt.config.ts', text: await readFile(join(RETAIL, 'snowmelt.config.ts'), 'utf8') };
  const { declaration: declared } = await loadConfig(RETAIL, join(RETAIL, '.snowmelt', 'cache'));
  graph = await compilePipeline(parsePipeline(declared, declaration), {
    declaration,
    files: fsProjectFiles({ folder: RETAIL }),
    binder: duckdbBinder({ session }),
    loadTranslator: () => loadTranslator(),
  });
});

// Written by hand from the declaration and the models, not copied from what the tracer says. `f`: silver.fact_orders,
// `c`: silver.dim_customers, or bronze.orders, bronze.customers, bronze.products as `o`, `cu`, `p`.
const SHORT: Readonly<Record<string, string>> = {
  'silver.fact_orders': 'f',
  'silver.dim_customers': 'c',
  'bronze.orders': 'o',
  'bronze.customers': 'cu',
  'bronze.products': 'p',
};
const USES = { id: 'identity', tr: 'transformation', ag: 'aggregation', if: 'conditional', wi: 'window' } as const;

const TRUTH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'silver.dim_customers': { customer_id: 'cu.customer_id id', country: 'cu.country tr', updated_at: 'cu.updated_at id' },
  'silver.dim_products': {
    stock_code: 'p.stock_code tr',
    description: 'p.description tr',
    unit_price: 'p.unit_price id',
    is_product: 'p.stock_code tr',
    updated_at: 'p.updated_at id',
  },
  'silver.fact_orders': {
    invoice_no: 'o.invoice_no tr',
    line_no: 'o.line_no id',
    invoiced_at: 'o.invoice_date id',
    stock_code: 'o.stock_code tr',
    description: 'o.description tr',
    quantity: 'o.quantity id',
    unit_price: 'o.unit_price id',
    amount: 'o.quantity tr, o.unit_price tr',
    customer_id: 'o.customer_id id',
    country: 'o.country tr',
    is_guest: 'o.customer_id tr',
    is_return: 'o.invoice_no tr',
    is_adjustment: 'o.invoice_no tr, o.quantity tr',
    is_product: 'o.stock_code tr',
    loaded_at: 'o.loaded_at id',
  },
  'gold.sales_summary': {
    sale_date: 'f.invoiced_at tr',
    country: 'f.country id',
    invoices: 'f.invoice_no ag, f.is_return if',
    return_invoices: 'f.invoice_no ag, f.is_return if',
    customers: 'f.customer_id ag',
    guest_invoices: 'f.invoice_no ag, f.is_guest if',
    lines: '',
    units: 'f.is_product if, f.quantity ag',
    gross_sales: 'f.amount ag, f.is_return if',
    returns_value: 'f.amount ag, f.is_return if',
    net_sales: 'f.amount ag',
    services_value: 'f.amount ag, f.is_product if',
  },
  'gold.customer_analytics': {
    customer_id: 'f.customer_id id',
    country: 'c.country id',
    as_of: '',
    first_purchase_on: 'f.invoiced_at ag, f.is_return if',
    last_purchase_on: 'f.invoiced_at ag, f.is_return if',
    recency_days: 'f.invoiced_at ag, f.is_return if',
    frequency: 'f.invoice_no ag, f.is_return if',
    monetary: 'f.amount ag',
    recency_score: 'f.customer_id wi, f.invoiced_at wi, f.is_return wi',
    frequency_score: 'f.customer_id wi, f.invoice_no wi, f.is_return wi',
    monetary_score: 'f.amount wi, f.customer_id wi',
    segment: 'f.amount if, f.customer_id if, f.invoice_no if, f.invoiced_at if, f.is_return if',
    purchase_lines: 'f.is_return if',
    purchase_units: 'f.is_product if, f.is_return if, f.quantity ag',
    distinct_products: 'f.is_product if, f.is_return if, f.stock_code ag',
    purchase_value: 'f.amount ag, f.is_return if',
    avg_basket_value: 'f.amount ag, f.invoice_no ag, f.is_return if',
    avg_basket_lines: 'f.invoice_no ag, f.is_return if',
    avg_basket_units: 'f.invoice_no ag, f.is_product if, f.is_return if, f.quantity ag',
    return_invoices: 'f.invoice_no ag, f.is_return if',
    returned_value: 'f.amount ag, f.is_return if',
    return_rate: 'f.amount ag, f.is_return if',
  },
  'gold.ml_features': {
    customer_id: 'f.customer_id id',
    cutoff: '',
    // Of the newest line: the window decides which.
    country: 'f.country ag, f.customer_id if, f.invoice_no if, f.invoiced_at if, f.line_no if',
    is_domestic: 'f.country if, f.customer_id if, f.invoice_no if, f.invoiced_at if, f.line_no if',
    recency_days: 'f.invoiced_at ag, f.is_return if',
    tenure_days: 'f.invoiced_at ag, f.is_return if',
    orders: 'f.invoice_no ag, f.is_return if',
    orders_30d: 'f.invoice_no ag, f.invoiced_at if, f.is_return if',
    orders_90d: 'f.invoice_no ag, f.invoiced_at if, f.is_return if',
    returns: 'f.invoice_no ag, f.is_return if',
    distinct_products: 'f.is_product if, f.is_return if, f.stock_code ag',
    purchase_lines: 'f.is_return if',
    purchase_units: 'f.is_product if, f.is_return if, f.quantity ag',
    purchase_value_90d: 'f.amount ag, f.invoiced_at if, f.is_return if',
    monetary: 'f.amount ag',
    avg_basket_value: 'f.amount ag, f.invoice_no ag, f.is_return if',
    avg_basket_lines: 'f.invoice_no ag, f.is_return if',
    avg_days_between_orders: 'f.invoiced_at ag, f.is_return if',
    return_rate: 'f.amount ag, f.is_return if',
    buys_again_90d: 'f.customer_id if',
  },
};

const ROWS: Readonly<Record<string, string>> = {
  'gold.sales_summary': 'f.country group-by, f.invoiced_at group-by, f.is_adjustment filter',
  'gold.customer_analytics':
    'c.customer_id join, f.customer_id filter+join+group-by, f.invoice_no filter, f.invoiced_at filter, f.is_adjustment filter, f.is_return filter',
  'gold.ml_features':
    'c.customer_id join, f.customer_id filter+join+group-by, f.invoice_no filter, f.invoiced_at filter, f.is_adjustment filter, f.is_return filter',
};

function words(sources: readonly { readonly dataset: string; readonly column: string; readonly uses: readonly string[] }[]): string {
  return sources.map(({ dataset, column, uses }) => `${SHORT[dataset]}.${column} ${uses.join('+')}`).join(', ');
}

function spelt(truth: string): string {
  return truth.replace(/ (id|tr|ag|if|wi)\b/g, (_, use: keyof typeof USES) => ` ${USES[use]}`);
}

describe('the lineage of the retail example', () => {
  it.each(Object.keys(TRUTH))('of %s is what a person reads in its declaration', (name) => {
    const lineage = findDataset(graph, name)?.lineage ?? {};
    const told = Object.fromEntries(Object.entries(lineage).map(([column, sources]) => [column, words(sources)]));
    expect(told).toEqual(Object.fromEntries(Object.entries(TRUTH[name] ?? {}).map(([column, truth]) => [column, spelt(truth)])));
  });

  it.each(Object.keys(ROWS))('says what decides over the rows of %s', (name) => {
    expect(words(findDataset(graph, name)?.rowLineage ?? [])).toBe(ROWS[name]);
  });

  it('leads from gold to the column of the source, and back', () => {
    const up = walkUp(graph, { dataset: 'gold.sales_summary', column: 'sale_date' });
    expect(up).toMatchObject({
      at: { file: 'models/sales_summary.sql', line: 3 },
      next: [
        {
          column: 'invoiced_at',
          uses: ['transformation'],
          at: { file: 'snowmelt.config.ts' },
          next: [
            { dataset: 'bronze.orders', next: [{ kind: 'source', namespace: 'snowflake://SNOWMELT-DEMO', table: 'SHOP.PUBLIC.ORDERS' }] },
          ],
        },
      ],
    });
    const start = findLineageStart(graph, 'shop.public.orders.invoice_date');
    expect(start).toEqual({ kind: 'columns', columns: [{ dataset: 'bronze.orders', column: 'invoice_date' }] });
    const down = JSON.stringify(walkDown(graph, { dataset: 'bronze.orders', column: 'invoice_date' }));
    expect(down).toContain('"sale_date"');
    expect(down).toContain('"kind":"rows","dataset":"gold.sales_summary"');
    expect(down).not.toContain('"net_sales"');
  });
});
