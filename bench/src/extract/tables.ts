import { parseColumnType, type SourceColumn } from '@snowmelt/core/ports';

/** A column: its name in the lake, its type there, and the expression over `i` that makes it. */
export type BenchColumn = readonly [name: string, type: string, expression: string];

const KEYS: readonly BenchColumn[] = [
  ['order_id', 'NUMBER(18,0)', 'i::DECIMAL(18,0)'],
  ['customer_id', 'NUMBER(18,0)', '(i * 7919 % 100000)::DECIMAL(18,0)'],
];
const DATES: readonly BenchColumn[] = [
  ['order_date', 'DATE', "DATE '2020-01-01' + (i % 1500)::INTEGER"],
  ['created_at', 'TIMESTAMP_NTZ', "TIMESTAMP '2020-01-01' + INTERVAL (i % 90000000) SECOND"],
  ['updated_at', 'TIMESTAMP_NTZ', "TIMESTAMP '2020-01-02' + INTERVAL (i * 3 % 90000000) SECOND"],
];
const REST: readonly BenchColumn[] = [
  ['amount', 'NUMBER(12,2)', '(i % 100000 / 100)::DECIMAL(12,2)'],
  ['rate', 'NUMBER(12,4)', '(i % 9999 / 10000)::DECIMAL(12,4)'],
  ['quantity', 'NUMBER(5,0)', '(i % 50)::DECIMAL(5,0)'],
  ['is_gift', 'BOOLEAN', 'i % 3 = 0'],
  ['status', 'VARCHAR', "['open', 'paid', 'returned'][1 + i % 3]"],
  ['note', 'VARCHAR', "CASE WHEN i % 3 = 0 THEN NULL ELSE 'note ' || i || ' «ü» \"' || (i % 7) || '\"' END"],
  ['city', 'VARCHAR', "'city ' || (i % 977)"],
];
const TEXTS: readonly BenchColumn[] = [
  ['street', 'VARCHAR', "'street ' || (i % 1999)"],
  ['channel', 'VARCHAR', "['web', 'shop', 'phone', 'app'][1 + i % 4]"],
  ['sku', 'VARCHAR', "'SKU-' || (i * 31 % 50000)"],
];

/** The tables of the benchmark, 12 columns each. `hard` has the types that a plain cast reads a hundred times slower, `easy` their easy forms. */
export const TABLES = {
  dated: [...KEYS, ...DATES, ...REST],
  undated: [...KEYS, ...TEXTS, ...REST],
  easy: [
    ['order_id', 'NUMBER(18,0)', 'i::DECIMAL(18,0)'],
    ['customer_id', 'NUMBER(18,0)', '(i * 7919 % 100000)::DECIMAL(18,0)'],
    ['price', 'NUMBER(18,2)', '(i * 13 % 1000000 / 100)::DECIMAL(18,2)'],
    ['order_date', 'DATE', "DATE '2020-01-01' + (i % 1500)::INTEGER"],
    ['created_on', 'DATE', "DATE '2020-01-02' + (i % 1400)::INTEGER"],
    ['updated_on', 'DATE', "DATE '2020-01-03' + (i % 1300)::INTEGER"],
    ...REST.slice(0, 6),
  ],
  hard: [
    ['order_id', 'NUMBER(38,0)', 'i::HUGEINT * CASE WHEN i % 5 = 0 THEN 1000000000000000000000::HUGEINT ELSE 1::HUGEINT END'],
    ['customer_id', 'NUMBER(38,0)', '(i * 7919 % 100000)::DECIMAL(38,0)'],
    ['price', 'NUMBER(30,10)', '(i * 13 % 1000000)::DECIMAL(30,10) / 100'],
    ...DATES.slice(1),
    ['seen_at', 'TIMESTAMP_NTZ', "TIMESTAMP '2020-01-03' + INTERVAL (i * 7 % 90000000) SECOND"],
    ...REST.slice(0, 6),
  ],
} as const satisfies Readonly<Record<string, readonly BenchColumn[]>>;

/** The name of one of the tables. */
export type TableName = keyof typeof TABLES;

/** The SELECT list that makes a table's rows, typed as in the lake. */
export function projectTable(table: TableName): string {
  return TABLES[table].map(([name, type, expression]) => `(${expression})::${duckdbType(type)} AS "${name.toUpperCase()}"`).join(', ');
}

/** The type of the lake as DuckDB spells it. */
export function duckdbType(type: string): string {
  if (type === 'TIMESTAMP_NTZ') return 'TIMESTAMP';
  return type.replace('NUMBER', 'DECIMAL');
}

/** A table's columns as a bronze dataset declares them. */
export function sourceColumns(table: TableName): readonly SourceColumn[] {
  return TABLES[table].map(([name, type]) => ({
    name,
    source: name.toUpperCase(),
    type: parseColumnType(type) ?? { kind: 'varchar' },
  }));
}
