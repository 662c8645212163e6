const CONFIG = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'shop',
  source: {
    kind: 'snowflake',
    account: process.env.SNOWFLAKE_ACCOUNT ?? 'MYORG-ACCOUNT1',
    user: process.env.SNOWFLAKE_USER ?? 'SNOWMELT',
    privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' },
    database: 'SHOP',
  },
  bronze: {
    orders: {
      table: 'ORDERS',
      mode: 'window',
      watermark: 'updated_at',
      lag: '10 minutes',
      key: ['order_id'],
      columns: {
        order_id: 'NUMBER(18,0)',
        customer_id: 'NUMBER(18,0)',
        status: 'VARCHAR',
        amount: 'NUMBER(12,2)',
        ordered_at: 'TIMESTAMP_NTZ',
        updated_at: 'TIMESTAMP_NTZ',
      },
    },
  },
  silver: {
    fact_orders: {
      kind: 'event',
      eventTime: 'ordered_at',
      from: 'bronze.orders',
      key: ['order_id'],
      version: 'updated_at',
      columns: {
        order_id: { type: 'NUMBER(18,0)' },
        customer_id: { type: 'NUMBER(18,0)' },
        status: { type: 'VARCHAR', trim: true, case: 'lower', accepted: ['open', 'paid', 'returned'] },
        amount: { type: 'NUMBER(12,2)', required: true, range: { min: 0 } },
        ordered_at: { type: 'TIMESTAMP_NTZ', required: true },
        updated_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
      quarantine: { maxPercent: 5 },
    },
  },
  gold: {
    daily_sales: { kind: 'event', eventTime: 'sale_date', key: ['sale_date'], sql: 'models/daily_sales.sql' },
  },
  schedule: { cron: '0 5 * * *', timeZone: 'UTC' },
});
`;

const MODEL = `-- One row a day. Tables are named layer.table; the dialect is Snowflake's.
select
  ordered_at::date as sale_date,
  count(*) as orders,
  count(distinct customer_id) as customers,
  sum(amount)::number(18,2) as sales
from silver.fact_orders
where status <> 'returned'
group by 1
`;

const IGNORE = `.snowmelt/
lake/
node_modules/
`;

/** What \`snowmelt init\` writes, by path. */
export const STARTER_FILES: Readonly<Record<string, string>> = {
  'snowmelt.config.ts': CONFIG,
  'models/daily_sales.sql': MODEL,
  '.gitignore': IGNORE,
};
