import { definePipeline } from '@snowmelt/core';

// `npm run demo` sets these to a stand-in Snowflake on this machine. With your own account, set them to yours.
const {
  SNOWFLAKE_ACCOUNT = 'SNOWMELT-DEMO',
  SNOWFLAKE_USER = 'SNOWMELT',
  SNOWFLAKE_DATABASE = 'SHOP',
  SNOWFLAKE_SCHEMA = 'PUBLIC',
  SNOWFLAKE_URL,
  SNOWFLAKE_WAREHOUSE,
  SNOWFLAKE_ROLE,
} = process.env;

// Codes that are booked like products but are services, fees and corrections.
const isProduct = "upper(trim(stock_code)) not in ('POST', 'DOT', 'C2', 'M', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'ADJUST')";

const isReturn = "upper(trim(invoice_no)) like 'C%'";
// `A…` invoices correct the books; a negative quantity outside a cancellation is stock that was written off.
const isAdjustment = `upper(trim(invoice_no)) like 'A%' or (quantity < 0 and not ${isReturn})`;

const stockCode = {
  type: 'VARCHAR',
  trim: true,
  case: 'upper',
  nullIf: [''],
  required: true,
  pattern: '[A-Z0-9][A-Z0-9_ ]*',
} as const;

const description = { type: 'VARCHAR', trim: true, collapseSpaces: true, case: 'upper', nullIf: ['', '?', '??', '???'] } as const;

const country = {
  type: 'VARCHAR',
  trim: true,
  collapseSpaces: true,
  map: { EIRE: 'Ireland', RSA: 'South Africa', USA: 'United States', Unspecified: null },
  nullIf: [''],
  default: 'Unknown',
} as const;

export default definePipeline({
  name: 'retail',

  source: {
    kind: 'snowflake',
    account: SNOWFLAKE_ACCOUNT,
    user: SNOWFLAKE_USER,
    privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' },
    database: SNOWFLAKE_DATABASE,
    schema: SNOWFLAKE_SCHEMA,
    ...(SNOWFLAKE_URL === undefined ? {} : { url: SNOWFLAKE_URL }),
    ...(SNOWFLAKE_WAREHOUSE === undefined ? {} : { warehouse: SNOWFLAKE_WAREHOUSE }),
    ...(SNOWFLAKE_ROLE === undefined ? {} : { role: SNOWFLAKE_ROLE }),
  },

  bronze: {
    customers: {
      description: 'Who the shop knows, as of today.',
      table: 'CUSTOMERS',
      mode: 'full',
      key: ['customer_id'],
      columns: { customer_id: 'NUMBER(10,0)', country: 'VARCHAR', updated_at: 'TIMESTAMP_NTZ' },
    },
    products: {
      description: 'What the shop sells and for how much, as of today.',
      table: 'PRODUCTS',
      mode: 'full',
      key: ['stock_code'],
      columns: { stock_code: 'VARCHAR', description: 'VARCHAR', unit_price: 'NUMBER(12,3)', updated_at: 'TIMESTAMP_NTZ' },
    },
    orders: {
      description: 'Invoice lines as they were booked: append-only, corrections are booked again.',
      table: 'ORDERS',
      mode: 'window',
      watermark: 'loaded_at',
      key: ['invoice_no', 'line_no'],
      columns: {
        invoice_no: 'VARCHAR',
        line_no: 'NUMBER(10,0)',
        stock_code: 'VARCHAR',
        description: 'VARCHAR',
        quantity: 'NUMBER(10,0)',
        invoice_date: 'TIMESTAMP_NTZ',
        unit_price: 'NUMBER(12,3)',
        customer_id: 'NUMBER(10,0)',
        country: 'VARCHAR',
        loaded_at: 'TIMESTAMP_NTZ',
      },
    },
  },

  silver: {
    dim_customers: {
      description: 'One row per customer that the shop still knows.',
      kind: 'snapshot',
      from: 'bronze.customers',
      key: ['customer_id'],
      version: 'updated_at',
      columns: {
        customer_id: { type: 'NUMBER(10,0)', required: true, range: { min: 1 } },
        country,
        updated_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
      checks: [
        { kind: 'rowCount', min: 1 },
        { kind: 'notNull', column: 'country' },
      ],
      quarantine: { maxPercent: 5 },
    },

    dim_products: {
      description: 'One row per product code, descriptions tidied up.',
      kind: 'snapshot',
      from: 'bronze.products',
      key: ['stock_code'],
      version: 'updated_at',
      columns: {
        stock_code: stockCode,
        description,
        unit_price: { type: 'NUMBER(12,3)', required: true, range: { min: 0 } },
        is_product: { type: 'BOOLEAN', expr: isProduct },
        updated_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
      checks: [
        { kind: 'rowCount', min: 1 },
        { kind: 'notNull', column: 'is_product' },
        { kind: 'range', column: 'unit_price', max: 1_000, severity: 'warn' },
      ],
      quarantine: { maxPercent: 5 },
    },

    fact_orders: {
      description: 'Invoice lines, cleaned, each once, on the day of the invoice.',
      kind: 'event',
      eventTime: 'invoiced_at',
      from: 'bronze.orders',
      key: ['invoice_no', 'line_no'],
      version: 'loaded_at',
      distinct: ['invoice_no', 'stock_code', 'description', 'quantity', 'invoiced_at', 'unit_price', 'customer_id', 'country'],
      columns: {
        invoice_no: { type: 'VARCHAR', trim: true, case: 'upper', required: true, pattern: '[CA]?[0-9]{6}' },
        line_no: { type: 'NUMBER(10,0)', required: true, range: { min: 1 } },
        invoiced_at: { from: 'invoice_date', type: 'TIMESTAMP_NTZ', required: true },
        stock_code: stockCode,
        description,
        quantity: { type: 'NUMBER(10,0)', required: true },
        unit_price: { type: 'NUMBER(12,3)', required: true, range: { min: 0 } },
        amount: { type: 'NUMBER(18,3)', expr: 'quantity * unit_price' },
        customer_id: { type: 'NUMBER(10,0)' },
        country,
        is_guest: { type: 'BOOLEAN', expr: 'customer_id is null' },
        is_return: { type: 'BOOLEAN', expr: isReturn },
        is_adjustment: { type: 'BOOLEAN', expr: isAdjustment },
        is_product: { type: 'BOOLEAN', expr: isProduct },
        loaded_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
      checks: [
        { kind: 'notNull', column: 'amount' },
        { kind: 'notNull', column: 'country' },
        { kind: 'sql', name: 'returns_bring_goods_back', condition: 'not is_return or quantity < 0' },
        { kind: 'sql', name: 'written_off_stock_is_free', condition: 'is_return or quantity >= 0 or amount = 0', severity: 'warn' },
      ],
      quarantine: { maxPercent: 5 },
    },
  },

  gold: {
    sales_summary: {
      description: 'Sales per day and country.',
      kind: 'event',
      eventTime: 'sale_date',
      key: ['sale_date', 'country'],
      sql: 'models/sales_summary.sql',
      checks: [
        { kind: 'sql', name: 'net_is_gross_less_returns', condition: 'net_sales = gross_sales - returns_value' },
        { kind: 'range', column: 'gross_sales', min: 0 },
        { kind: 'range', column: 'returns_value', min: 0 },
      ],
    },

    customer_analytics: {
      description: 'Recency, frequency, monetary value and basket figures per customer, as of the run’s day.',
      kind: 'snapshot',
      key: ['customer_id'],
      sql: 'models/customer_analytics.sql',
      checks: [
        { kind: 'range', column: 'recency_days', min: 0 },
        { kind: 'range', column: 'frequency', min: 1 },
        { kind: 'range', column: 'recency_score', min: 1, max: 5 },
        { kind: 'range', column: 'frequency_score', min: 1, max: 5 },
        { kind: 'range', column: 'monetary_score', min: 1, max: 5 },
        { kind: 'acceptedValues', column: 'segment', values: ['champion', 'loyal', 'new', 'at_risk', 'lost', 'regular'] },
      ],
    },

    ml_features: {
      description: 'What was known of each customer 90 days ago, and whether they bought again since.',
      kind: 'snapshot',
      key: ['customer_id'],
      sql: 'models/ml_features.sql',
      checks: [
        { kind: 'notNull', column: 'buys_again_90d' },
        { kind: 'range', column: 'recency_days', min: 0 },
        { kind: 'range', column: 'orders', min: 1 },
        { kind: 'sql', name: 'recent_orders_are_orders', condition: 'orders_30d <= orders_90d and orders_90d <= orders' },
      ],
    },
  },

  schedule: { cron: '0 4 * * *', timeZone: 'Europe/London' },
  retention: { days: 30 },
});
