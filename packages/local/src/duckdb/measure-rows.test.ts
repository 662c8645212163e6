import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  answerFromFooters,
  type BuildReport,
  datasetName,
  logicalDate,
  type Measure,
  parseColumnType,
  sqlText,
} from '@snowmelt/core/ports';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureOf } from '../../../core/src/quality/measure-of.ts';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbEngine } from './duckdb-engine.ts';
import { type DuckdbSession, openDuckdb } from './duckdb-session.ts';

let root = '';
let session: DuckdbSession | undefined;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-measure-'));
  session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(root, 'tmp') });
});
afterAll(async () => {
  session?.close();
  await rm(root, { recursive: true, force: true });
});

const dataset = datasetName('silver', 'values');
let attempts = 0;

/** Writes rows of one column, by day, and takes measures of them. */
async function build(
  spelling: string,
  values: readonly (string | null)[],
  measures: readonly Measure[],
  byDay: boolean,
): Promise<BuildReport> {
  const type = parseColumnType(spelling);
  if (session === undefined || type === undefined) throw new Error(spelling);
  attempts += 1;
  const rows = values.map((value, i) => `(${value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`}, DATE '2024-01-01' + ${i % 3})`);
  const sqlType = spelling.replace('NUMBER', 'DECIMAL').replace('_NTZ', '').replace('FLOAT', 'DOUBLE');
  const sql = sqlText(`SELECT CAST(x AS ${sqlType}) AS x, d AS _day FROM (VALUES ${rows.join(', ')}) AS t(x, d)`);
  const partition = byDay ? ({ kind: 'by' } as const) : ({ kind: 'day', day: logicalDate('2024-01-01') } as const);
  return duckdbEngine({ session, store: fsObjectStore({ root: join(root, 'lake') }) }).build(
    {
      dataset,
      stages: [{ kind: 'table', name: '_rows', sql: { duckdb: sql, spark: sql } }],
      outputs: [{ part: 'rows', from: '_rows', columns: [{ name: 'x', type }], sortBy: [], partition, prefix: 'silver/{day}/{attempt}' }],
      checks: [],
      measurement: { byDay, measures },
    },
    { attempt: `a${attempts}`, signal: new AbortController().signal },
    () => undefined,
  );
}

const error = { severity: 'error' } as const;

/** Measures of the column as checks have them, with what footers may answer. */
function measuresOf(spelling: string, min: string, max: string): readonly Measure[] {
  const type = parseColumnType(spelling);
  const columns = type === undefined ? [] : [{ name: 'x', type }];
  const isNumber = /NUMBER|FLOAT/.test(spelling);
  const checks = [
    { kind: 'notNull', column: 'x', ...error },
    { kind: 'range', column: 'x', min, max, ...error },
    ...(isNumber ? (['min', 'max'] as const).map((end) => ({ kind: 'aggregate', column: 'x', function: end, ...error }) as const) : []),
    ...(/DATE|TIME/.test(spelling) ? [{ kind: 'freshness', column: 'x', maxAge: '1 day', ...error } as const] : []),
  ] as const;
  return checks.flatMap((check) => measureOf(check, check.kind, columns) ?? []);
}

// With bounds that most of the values are inside.
const cases: readonly (readonly [string, fc.Arbitrary<string>, string, string])[] = [
  ['NUMBER(18,0)', fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }).map(String), '0', '999999999999999999'],
  ['NUMBER(6,0)', fc.integer({ min: -20, max: 20 }).map(String), '-20', '19'],
  ['NUMBER(12,2)', fc.integer({ min: -3000, max: 3000 }).map((n) => (n / 100).toFixed(2)), '-29.9', '30'],
  ['NUMBER(38,4)', fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((n) => `${n}.5`), '-1000000000000000000000000000000.5', '1'],
  ['FLOAT', fc.oneof(fc.constantFrom('NaN', 'inf', '-inf', '-0.0'), fc.double({ noNaN: true, min: -9, max: 9 }).map(String)), '-9', '9'],
  [
    'DATE',
    fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((d) => d.toISOString().slice(0, 10)),
    '1000-01-01',
    '9000-01-01',
  ],
  [
    'TIMESTAMP_NTZ',
    fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')),
    '1970-01-01',
    '2090-01-01 00:00:00.5',
  ],
  [
    'VARCHAR',
    fc
      .oneof(fc.string({ maxLength: 3 }), fc.constant('x'.repeat(300)), fc.constant(`${'x'.repeat(299)}y`))
      .map((s) => s.replaceAll('\0', '')),
    '',
    'x'.repeat(299),
  ],
];

describe('what footers answer', () => {
  it.each(cases)('is what the rows say: %s', async (spelling, value, least, greatest) => {
    let answered = 0;
    const rows = fc.array(fc.option(value, { nil: null, freq: 4 }), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.oneof(value, fc.constant(least)),
        fc.oneof(value, fc.constant(greatest)),
        fc.boolean(),
        async (values, min, max, byDay) => {
          const measures = measuresOf(spelling, min, max);
          const withFooters = await build(spelling, values, measures, byDay);
          const scanned = await build(
            spelling,
            values,
            measures.map(({ id, sql }) => ({ id, sql })),
            byDay,
          );
          const partitions = withFooters.outputs[0]?.partitions ?? [];
          answered += measures.filter(({ footer }) => partitions.every((one) => answerFromFooters(footer, one) !== undefined)).length;
          expect(figuresOf(withFooters)).toEqual(figuresOf(scanned));
        },
      ),
      { seed: 5, numRuns: 25 },
    );
    expect(answered).toBeGreaterThan(0);
  });

  it('is nothing that would have to be rounded, and nothing of texts and floating point but NULLs', async () => {
    const bounds = async (spelling: string, value: string, min: string) => {
      const [, range] = measuresOf(spelling, min, '99');
      const [partition] = (await build(spelling, [value], [], false)).outputs[0]?.partitions ?? [];
      return partition === undefined ? undefined : answerFromFooters(range?.footer, partition);
    };
    expect(await bounds('NUMBER(6,0)', '5', '4')).toBe(0);
    expect(await bounds('NUMBER(6,0)', '5', '4.5')).toBeUndefined();
    expect(await bounds('FLOAT', '5', '4')).toBeUndefined();
    expect(await bounds('VARCHAR', '5', '4')).toBeUndefined();
    expect(answerFromFooters({ kind: 'nulls', column: 'x' }, { rows: 3, files: [{ ...NOTHING, rows: 3 }] })).toBeUndefined();
  });
});

const NOTHING = { key: 'silver/x' as never, bytes: 1, checksum: '', columns: {} };

function figuresOf({ measured = [] }: BuildReport): Record<string, unknown> {
  return Object.fromEntries(measured.map(({ day, figures }) => [day, rounded(figures)]));
}

// Seconds with a fraction are sums of floating point.
function rounded(figures: Readonly<Record<string, number | null>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(figures).map(([id, value]) => [id, value === null ? null : Number(value.toPrecision(14)) + 0]));
}
