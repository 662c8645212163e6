import { parseColumnType, type SourceColumn } from '@snowmelt/core/ports';
import fc from 'fast-check';

/** A type: its column in the source, how it is declared, and values as DuckDB's SQL writes them. */
export interface TypeSample {
  readonly name: string;
  readonly ddl: string;
  readonly column: SourceColumn;
  readonly value: fc.Arbitrary<string>;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const pad = (value: number, width: number) => String(value).padStart(width, '0');

function decimal(precision: number, scale: number): fc.Arbitrary<string> {
  const most = 10n ** BigInt(precision) - 1n;
  return fc.oneof(fc.bigInt({ min: -most, max: most }), fc.constantFrom(most, -most, 0n, 1n, -1n)).map((value) => {
    const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    return `'${value < 0n ? '-' : ''}${text}'::DECIMAL(${precision},${scale})`;
  });
}

const [FIRST, LAST] = [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z')];
const moment = fc.oneof(fc.date({ min: FIRST, max: LAST, noInvalidDate: true }), fc.constantFrom(FIRST, LAST, new Date(0), new Date(-1)));
const fraction = fc.oneof(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom(0, 1, 500_000, 999_999)).map((value) => pad(value, 6));
const instant = fc.tuple(moment, fraction).map(([value, micro]) => `${value.toISOString().slice(0, 19).replace('T', ' ')}.${micro}`);
const clock = fc
  .tuple(fc.integer({ min: 0, max: 86_399 }), fraction)
  .map(([s, micro]) => `TIME '${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}.${micro}'`);

// Powers of two and their neighbours are where a logarithm is off by one; the smallest doubles have fewer bits.
const double = fc.oneof(
  fc.double(),
  fc.integer({ min: -1074, max: 1023 }).map((power) => 2 ** power),
  fc.integer({ min: -1021, max: 1023 }).map((power) => 2 ** power * (1 - Number.EPSILON / 2)),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, Number.MIN_VALUE, Number.MAX_VALUE, 0.1, 2 ** 53),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', '')),
  fc.constantFrom('', 'NULL', 'null', '\\', '"', "'", '\n', '🛒é', '\u{10ffff}'),
);

function sample(name: string, ddl: string, declared: string, value: fc.Arbitrary<string>, options: Partial<SourceColumn> = {}): TypeSample {
  const type = parseColumnType(declared);
  if (type === undefined) throw new Error(`no type: ${declared}`);
  return { name, ddl, column: { name, source: name.toUpperCase(), type, ...options }, value };
}

/** Every type that a column can have, with extremes. */
export const EVERY_TYPE: readonly TypeSample[] = [
  sample('big', 'DECIMAL(38,0)', 'NUMBER(38,0)', decimal(38, 0)),
  sample('wide', 'DECIMAL(38,37)', 'NUMBER(38,37)', decimal(38, 37)),
  sample('mid', 'DECIMAL(30,10)', 'NUMBER(30,10)', decimal(30, 10)),
  sample('small', 'DECIMAL(18,0)', 'NUMBER(18,0)', decimal(18, 0)),
  sample('price', 'DECIMAL(12,2)', 'NUMBER(14,3)', decimal(12, 2)),
  sample(
    'ratio',
    'DOUBLE',
    'FLOAT',
    double.map((value) => `'${value}'::DOUBLE`),
  ),
  sample('ok', 'BOOLEAN', 'BOOLEAN', fc.boolean().map(String)),
  sample('label', 'VARCHAR', 'VARCHAR', text.map(quoted)),
  sample(
    'd',
    'DATE',
    'DATE',
    moment.map((value) => `DATE '${value.toISOString().slice(0, 10)}'`),
  ),
  sample('t', 'TIME', 'TIME', clock),
  sample('short', 'TIME', 'TIME', clock, { nanoseconds: 'truncate' }),
  sample(
    'ts',
    'TIMESTAMP',
    'TIMESTAMP_NTZ',
    instant.map((value) => `TIMESTAMP '${value}'`),
  ),
  sample(
    'ltz',
    'TIMESTAMPTZ',
    'TIMESTAMP_NTZ',
    instant.map((value) => `'${value}+00'::TIMESTAMPTZ`),
  ),
  sample(
    'ns',
    'TIMESTAMP_NS',
    'NUMBER(18,0)',
    fc.bigInt({ min: -9_000_000_000_000_000_000n, max: 9_000_000_000_000_000_000n }).map((value) => `make_timestamp_ns(${value})`),
    { nanoseconds: 'epoch', type: { kind: 'bigint' } },
  ),
  sample(
    'cut',
    'TIMESTAMP_NS',
    'TIMESTAMP_NTZ',
    fc.bigInt({ min: 0n, max: 9_000_000_000_000_000_000n }).map((value) => `make_timestamp_ns(${value})`),
    { nanoseconds: 'truncate' },
  ),
  sample(
    'bin',
    'BLOB',
    'BINARY',
    fc.uint8Array({ maxLength: 8 }).map((bytes) => `unhex('${Buffer.from(bytes).toString('hex')}')`),
  ),
  sample(
    'doc',
    'JSON',
    'VARIANT',
    fc.json({ maxDepth: 2 }).map((json) => `${quoted(json.replaceAll(/\\u0000/g, ''))}::JSON`),
  ),
];

/** Rows of every type; each cell may be NULL. */
export const everyRow: fc.Arbitrary<readonly string[]> = fc.tuple(
  ...EVERY_TYPE.map(({ value }) => fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant('NULL') })),
);
