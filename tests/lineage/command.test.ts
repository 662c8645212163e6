import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, snowmelt } from '../e2e/run-snowmelt.ts';

describe('snowmelt lineage', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/snowmelt-lineage-`);
    expect(await snowmelt(['init'], { cwd: folder })).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const lineage = (...argv: string[]) => snowmelt(['lineage', ...argv], { cwd: folder });

  it('shows a column up to the table of the source and down to what is made of it', async () => {
    expect(await lineage('silver.fact_orders.amount')).toMatchObject({
      code: 0,
      err: '',
      out: [
        'Comes from:',
        'silver.fact_orders.amount                  snowmelt.config.ts:40',
        '└─ bronze.orders.amount          identity',
        '   └─ SHOP.PUBLIC.ORDERS.AMOUNT  identity  snowflake://MYORG-ACCOUNT1',
        '',
        'Goes into:',
        'silver.fact_orders.amount               snowmelt.config.ts:40',
        '└─ gold.daily_sales.sales  aggregation  models/daily_sales.sql:6',
        '',
        'Which rows there are is decided by:',
        '  bronze.orders.amount  filter, sort',
        '  bronze.orders.customer_id  sort',
        '  bronze.orders.order_id  filter, group-by',
        '  bronze.orders.ordered_at  filter, sort',
        '  bronze.orders.status  filter, sort',
        '  bronze.orders.updated_at  filter, sort',
        '',
      ].join('\n'),
    });
  });

  it('shows what a column of the source goes into, however it is spelt, and what it decides over', async () => {
    const { out } = await lineage('shop.public.orders.status', '--down');
    expect(out).toContain('├─ silver.fact_orders.status');
    expect(out).toMatch(/gold\.daily_sales \(which rows\) +filter/);
    expect(out).not.toContain('Comes from');
  });

  it('gives the same as data', async () => {
    const ended = await lineage('gold.daily_sales.sales', '--up', '--json');
    expect(jsonLines(ended.out)).toMatchObject([
      {
        code: 'lineage/shown',
        trees: [
          {
            direction: 'up',
            root: {
              kind: 'column',
              dataset: 'gold.daily_sales',
              at: { file: 'models/daily_sales.sql', line: 6 },
              next: [{ column: 'amount', uses: ['aggregation'], next: [{ next: [{ kind: 'source', column: 'AMOUNT' }] }] }],
            },
          },
        ],
        decides: [
          { column: 'ordered_at', uses: ['group-by'] },
          { column: 'status', uses: ['filter'] },
        ],
      },
    ]);
  });

  it('draws the pipeline, or one column', async () => {
    expect((await lineage('--format', 'mermaid')).out).toBe(
      'flowchart LR\n  n0["gold.daily_sales"]\n  n1["silver.fact_orders"]\n  n2["bronze.orders"]\n  n3["SHOP.PUBLIC.ORDERS"]\n  n1 --> n0\n  n2 --> n1\n  n3 --> n2\n',
    );
    const dot = await lineage('gold.daily_sales.sales', '--format', 'dot');
    expect(dot.out).toContain('  n1 -> n0 [label="aggregation"];');
  });

  it.each([
    [['gold.daily_sale'], 'lake/unknown-dataset', 'Did you mean `gold.daily_sales`?'],
    [['gold.daily_sale.sales'], 'lake/unknown-dataset', 'Did you mean `gold.daily_sales`?'],
    [['gold.daily_sales.sale'], 'lake/unknown-column', 'Did you mean `sales`?'],
    [['SHOP.PUBLIC.ORDERS.AMOUNTS'], 'lake/unknown-dataset', 'bronze.orders'],
    [['gold.daily_sales', '--format', 'svg'], 'cli/usage', 'Example: --format mermaid.'],
  ])('answers %j with what to do', async (argv, code, hint) => {
    const ended = await lineage(...argv);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`error[${code}]`);
    expect(ended.err).toContain(hint);
  });
});
