import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'roastery',
  source: { kind: 'files', folder: 'data' },
  bronze: {
    // Exported by hand from a spreadsheet: the whole list, every time.
    customers: {
      table: 'customers.csv',
      format: { delimiter: ';', nullText: 'n/a' },
      mode: 'full',
      key: ['customer_id'],
      columns: {
        customer_id: { type: 'NUMBER(10,0)', source: 'Customer No' },
        name: { type: 'VARCHAR', source: 'Name' },
        country: { type: 'VARCHAR', source: 'Country' },
        discount: { type: 'NUMBER(4,2)', source: 'Discount %' },
        member_since: { type: 'DATE', source: 'Member since' },
      },
    },
    // Written by a web service: one object a line.
    products: {
      table: 'products.jsonl',
      mode: 'full',
      key: ['sku'],
      columns: { sku: 'VARCHAR', name: 'VARCHAR', price: 'NUMBER(8,2)', origin: 'VARCHAR', tags: 'VARIANT' },
    },
    // Dropped by the till every night: one file a day.
    orders: {
      table: 'orders/*.parquet',
      mode: 'window',
      watermark: 'loaded_at',
      key: ['order_id'],
      columns: {
        order_id: 'NUMBER(18,0)',
        customer_id: 'NUMBER(10,0)',
        sku: 'VARCHAR',
        quantity: 'NUMBER(6,0)',
        amount: 'NUMBER(10,2)',
        ordered_at: 'TIMESTAMP_NTZ',
        loaded_at: 'TIMESTAMP_NTZ',
      },
    },
  },
  silver: {
    dim_customers: {
      kind: 'snapshot',
      from: 'bronze.customers',
      key: ['customer_id'],
      columns: {
        customer_id: { type: 'NUMBER(10,0)' },
        name: { type: 'VARCHAR', normalize: 'NFC', trim: true, collapseSpaces: true, required: true },
        country: { type: 'VARCHAR', trim: true, case: 'upper', map: { UK: 'GB' }, pattern: '[A-Z]{2}' },
        discount: { type: 'NUMBER(4,2)', default: 0, range: { min: 0, max: 50 } },
        member_since: { type: 'DATE' },
      },
    },
    dim_products: {
      kind: 'snapshot',
      from: 'bronze.products',
      key: ['sku'],
      columns: {
        sku: { type: 'VARCHAR', trim: true, case: 'upper' },
        name: { type: 'VARCHAR', trim: true, required: true },
        price: { type: 'NUMBER(8,2)', range: { min: 0 } },
        origin: { type: 'VARCHAR', default: 'unknown' },
      },
    },
    fact_orders: {
      kind: 'event',
      eventTime: 'ordered_at',
      from: 'bronze.orders',
      key: ['order_id'],
      version: 'loaded_at',
      columns: {
        order_id: { type: 'NUMBER(18,0)' },
        customer_id: { type: 'NUMBER(10,0)' },
        sku: { type: 'VARCHAR', trim: true, case: 'upper', required: true },
        quantity: { type: 'NUMBER(6,0)', range: { min: 1 } },
        amount: { type: 'NUMBER(10,2)', required: true },
        ordered_at: { type: 'TIMESTAMP_NTZ', required: true },
        loaded_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
      quarantine: { maxPercent: 10 },
    },
  },
  gold: {
    daily_sales: { kind: 'event', eventTime: 'sale_date', key: ['sale_date'], sql: 'models/daily_sales.sql' },
    sales_by_country: { kind: 'snapshot', key: ['country'], sql: 'models/sales_by_country.sql' },
  },
});
