import type { PipelineDeclaration } from '@snowmelt/core';

type Checks = NonNullable<NonNullable<PipelineDeclaration['silver']>[string]['checks']>;

/** The table that is checked: its columns, and SQL for their values from a row number `i`. */
export const EVENTS: Readonly<Record<string, { readonly type: string; readonly value: string }>> = {
  id: { type: 'NUMBER(18,0)', value: 'i' },
  customer_id: { type: 'NUMBER(10,0)', value: '(i * 7919) % 100000 + 1' },
  sku: { type: 'VARCHAR', value: "'SKU-' || lpad(((i * 31) % 5000)::VARCHAR, 5, '0')" },
  status: { type: 'VARCHAR', value: "['open', 'paid', 'sent', 'returned', 'closed'][(i % 5) + 1]" },
  country: { type: 'VARCHAR', value: "['AT', 'DE', 'CH', 'FR', 'GB', 'IT', 'ES'][(i % 7) + 1]" },
  quantity: { type: 'NUMBER(6,0)', value: '(i * 13) % 40 + 1' },
  price: { type: 'NUMBER(10,2)', value: '((i * 17) % 9000) / 100.0' },
  amount: { type: 'NUMBER(12,2)', value: '((i * 13) % 40 + 1) * ((i * 17) % 9000) / 100.0' },
  discount: { type: 'FLOAT', value: '((i * 3) % 30) / 100.0' },
  ordered_at: { type: 'TIMESTAMP_NTZ', value: "TIMESTAMP '2024-01-01' + INTERVAL (i % 86400) SECOND" },
};

const NAMES = Object.keys(EVENTS);

/** Thirty checks of single rows and of figures; none is answered by footers, and none fails. */
export const THIRTY_CHECKS: Checks = [
  ...NAMES.map((column) => ({ kind: 'notNull' as const, column })),
  { kind: 'range', column: 'id', min: 0 },
  { kind: 'range', column: 'customer_id', min: 1, max: 100_000 },
  { kind: 'range', column: 'quantity', min: 1, max: 40 },
  { kind: 'range', column: 'price', min: 0, max: 90 },
  { kind: 'range', column: 'amount', min: 0, max: 4000 },
  { kind: 'range', column: 'discount', min: 0, max: 0.3 },
  { kind: 'range', column: 'ordered_at', min: '2024-01-01', max: '2024-01-02' },
  { kind: 'acceptedValues', column: 'status', values: ['open', 'paid', 'sent', 'returned', 'closed'] },
  { kind: 'acceptedValues', column: 'country', values: ['AT', 'DE', 'CH', 'FR', 'GB', 'IT', 'ES'] },
  { kind: 'pattern', column: 'sku', pattern: 'SKU-[0-9]{5}' },
  { kind: 'pattern', column: 'country', pattern: '[A-Z]{2}' },
  { kind: 'sql', name: 'worth', condition: 'amount >= 0 or quantity > 0' },
  { kind: 'sql', name: 'discounted', condition: 'discount < 1 or price = 0' },
  { kind: 'freshness', column: 'ordered_at', maxAge: '2 days' },
  { kind: 'aggregate', column: 'amount', function: 'mean', min: 0 },
  { kind: 'aggregate', column: 'price', function: 'mean', min: 0 },
  { kind: 'aggregate', column: 'quantity', function: 'sum', min: 1 },
  { kind: 'aggregate', column: 'discount', function: 'mean', min: 0, max: 1 },
  { kind: 'anomaly', metric: 'mean', column: 'quantity' },
  { kind: 'anomaly', metric: 'sum', column: 'amount' },
];

/** One plain aggregate for each of the checks, over the column that it is about: what a person would write to look at the table. */
export const THIRTY_AGGREGATES: readonly string[] = [
  ...NAMES.map((column) => `count(${column})`),
  'min(id)',
  'max(customer_id)',
  'max(quantity)',
  'max(price)',
  'max(amount)',
  'max(discount)',
  'min(ordered_at)',
  'max(status)',
  'max(country)',
  'max(sku)',
  'min(country)',
  'min(amount)',
  'min(discount)',
  'max(ordered_at)',
  'avg(amount)',
  'avg(price)',
  'sum(quantity)',
  'avg(discount)',
  'avg(quantity)',
  'sum(amount)',
];
