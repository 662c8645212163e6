import fc from 'fast-check';
import type { ColumnOptions } from './bench.ts';

const integer = (digits: number) => fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n });
const scaled = (digits: number, scale: number) =>
  integer(digits).map((value) => {
    const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
    return `${value < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
  });
const pad = (value: number, width: number) => String(value).padStart(width, '0');
const microseconds = fc.constantFrom(0, 1, 999_999, 500_000).map((value) => pad(value, 6));
const day = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
const dayText = (value: Date) => value.toISOString().slice(0, 10);
const instant = fc
  .tuple(
    fc.oneof(day, fc.constantFrom(new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z'), new Date(0), new Date(-1))),
    microseconds,
  )
  .map(([value, fraction]) => `${value.toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const unicode = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'NULL', 'null', '\\', '"', "'", '\n', '🛒é', '\u{10ffff}'),
);

/** Every type: its column in the source, how it is declared, and values as DuckDB's SQL writes them. */
export const TYPES: readonly {
  readonly name: string;
  readonly ddl: string;
  readonly declared: string;
  readonly options?: ColumnOptions;
  readonly value: fc.Arbitrary<string>;
}[] = [
  {
    name: 'big',
    ddl: 'DECIMAL(38,0)',
    declared: 'NUMBER(38,0)',
    value: fc.oneof(integer(38), integer(3)).map((value) => `'${value}'::DECIMAL(38,0)`),
  },
  { name: 'wide', ddl: 'DECIMAL(38,37)', declared: 'NUMBER(38,37)', value: scaled(38, 37).map((text) => `'${text}'::DECIMAL(38,37)`) },
  { name: 'mid', ddl: 'DECIMAL(30,10)', declared: 'NUMBER(30,10)', value: scaled(30, 10).map((text) => `'${text}'::DECIMAL(30,10)`) },
  { name: 'small', ddl: 'DECIMAL(18,0)', declared: 'NUMBER(18,0)', value: integer(18).map(String) },
  { name: 'price', ddl: 'DECIMAL(12,2)', declared: 'NUMBER(14,3)', value: scaled(12, 2) },
  {
    name: 'ratio',
    ddl: 'DOUBLE',
    declared: 'FLOAT',
    value: fc
      .oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0))
      .map((value) => `'${value}'::DOUBLE`),
  },
  { name: 'ok', ddl: 'BOOLEAN', declared: 'BOOLEAN', value: fc.boolean().map(String) },
  { name: 'label', ddl: 'VARCHAR', declared: 'VARCHAR', value: unicode.map((text) => quoted(text.replaceAll('\0', ''))) },
  {
    name: 'd',
    ddl: 'DATE',
    declared: 'DATE',
    value: fc.oneof(day.map(dayText), fc.constantFrom('0001-01-01', '9999-12-31')).map((text) => `DATE '${text}'`),
  },
  {
    name: 't',
    ddl: 'TIME',
    declared: 'TIME',
    value: fc
      .tuple(fc.integer({ min: 0, max: 86_399 }), microseconds)
      .map(([s, fraction]) => `TIME '${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}.${fraction}'`),
  },
  { name: 'ts', ddl: 'TIMESTAMP', declared: 'TIMESTAMP_NTZ', value: instant.map((text) => `TIMESTAMP '${text}'`) },
  { name: 'ltz', ddl: 'TIMESTAMPTZ', declared: 'TIMESTAMP_NTZ', value: instant.map((text) => `'${text}+00'::TIMESTAMPTZ`) },
  {
    name: 'ns',
    ddl: 'TIMESTAMP_NS',
    declared: 'NUMBER(18,0)',
    options: { nanoseconds: 'epoch' },
    value: fc.bigInt({ min: -9_000_000_000_000_000_000n, max: 9_000_000_000_000_000_000n }).map((value) => `make_timestamp_ns(${value})`),
  },
  {
    name: 'cut',
    ddl: 'TIMESTAMP_NS',
    declared: 'TIMESTAMP_NTZ',
    options: { nanoseconds: 'truncate' },
    value: fc.bigInt({ min: 0n, max: 9_000_000_000_000_000_000n }).map((value) => `make_timestamp_ns(${value})`),
  },
  {
    name: 'bin',
    ddl: 'BLOB',
    declared: 'BINARY',
    value: fc.uint8Array({ maxLength: 8 }).map((bytes) => `unhex('${Buffer.from(bytes).toString('hex')}')`),
  },
  {
    name: 'doc',
    ddl: 'JSON',
    declared: 'VARIANT',
    value: fc.json({ maxDepth: 2 }).map((text) => `${quoted(text.replaceAll(/\\u0000/g, ''))}::JSON`),
  },
];

/** What a value of the source has to be in the lake, where it is not itself. JSON is compared between transports only: its text is the server's. */
export const IN_THE_LAKE: Readonly<Record<string, (value: string) => string>> = {
  price: (value) => `CAST(${value} AS DECIMAL(14,3))`,
  ltz: (value) => `timezone('UTC', ${value})`,
  ns: (value) => `epoch_ns(${value})`,
  cut: (value) => `CAST(${value} AS TIMESTAMP)`,
  doc: () => 'NULL',
};
