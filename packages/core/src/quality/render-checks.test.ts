import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import type { Column } from '../sql/column-type.ts';
import { forBoth } from '../sql/render.ts';
import { measurementSql } from './measurement-sql.ts';
import { renderChecks } from './render-checks.ts';
import type { RenderedCheck } from './rendered-check.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const columns: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'price', type: { kind: 'decimal', precision: 5, scale: 2 } },
  { name: 'code', type: { kind: 'varchar' } },
];
const ROWS = `SELECT CAST(id AS BIGINT) AS id, CAST(price AS DECIMAL(5,2)) AS price, code, CAST(_day AS DATE) AS _day FROM (VALUES
  (1, 0.50, 'A1', '2024-01-14'), (1, 9.99, 'a1', '2024-01-15'), (2, NULL, '', '2024-01-15'), (2, 10.01, NULL, '2024-01-15'), (NULL, -1, 'it''s', '2024-01-15')
) AS t(id, price, code, _day)`;

/** How many rows of `ROWS` break each check: of all rows, or on the last of its days. */
async function violations(checks: readonly RenderedCheck[], partition: 'snapshot' | 'event' = 'snapshot') {
  const { scans, measurement } = renderChecks(checks, columns, partition);
  const { measures = [] } = measurement ?? {};
  const fused = { checks: measures.map(({ id }) => id), sql: { duckdb: measurementSql(measures, partition === 'event', 'duckdb') } };
  const connection = await session.connect();
  try {
    await connection.run(`CREATE TEMP TABLE _rows AS ${ROWS}`);
    const counted: Record<string, number> = {};
    for (const { checks: names, sql } of measures.length === 0 ? scans : [...scans, fused]) {
      const rows = (await connection.runAndReadAll(sql.duckdb)).getRowsJson();
      const cells = partition === 'event' ? rows.find(([day]) => day === '2024-01-15')?.slice(1) : rows[0];
      for (const [index, check] of names.entries()) counted[check] = Number(cells?.[index]);
    }
    return counted;
  } finally {
    connection.closeSync();
  }
}
const error = { severity: 'error' } as const;

it('conditions on single rows are one scan, and NULL breaks none but notNull and sql', async () => {
  const checks: readonly RenderedCheck[] = [
    { kind: 'notNull', column: 'id', ...error },
    { kind: 'range', column: 'price', min: 0, max: '10', ...error },
    { kind: 'acceptedValues', column: 'code', values: ['A1', "it's"], ...error },
    { kind: 'pattern', column: 'code', pattern: '[A-Z][0-9]', ...error },
    { kind: 'sql', name: 'cheap', condition: 'price < 10', rendered: forBoth(() => 'price < 10'), ...error },
  ];
  expect(renderChecks(checks, columns, 'snapshot')).toMatchObject({ scans: [], measurement: { byDay: false, measures: { length: 5 } } });
  expect(await violations(checks)).toEqual({
    'notNull(id)': 1,
    'range(price)': 2,
    'acceptedValues(code)': 2,
    'pattern(code)': 3,
    'sql(cheap)': 2,
  });
});

it('uniqueness counts the values that are there more than once; in an event dataset, within a day', async () => {
  const unique: readonly RenderedCheck[] = [{ kind: 'unique', columns: ['id'], ...error }];
  expect(await violations(unique)).toEqual({ 'unique(id)': 2 });
  expect(await violations(unique, 'event')).toEqual({ 'unique(id)': 1 });
});

it('days of an event dataset are measured one by one', async () => {
  const checks: readonly RenderedCheck[] = [
    { kind: 'notNull', column: 'id', ...error },
    { kind: 'pattern', column: 'code', pattern: '[A-Z][0-9]', ...error },
  ];
  expect(await violations(checks, 'event')).toEqual({ 'notNull(id)': 1, 'pattern(code)': 3 });
});

it('the number of rows is known from what was written, and measured nowhere', () => {
  const rowCount: RenderedCheck = { kind: 'rowCount', min: 1, ...error };
  expect(renderChecks([rowCount], columns, 'event')).toMatchObject({ scans: [], measurement: undefined });
});

it('figures that several checks are about are measured once', async () => {
  const mean = { kind: 'aggregate', column: 'price', function: 'mean', ...error } as const;
  const anomaly = { history: 28, minHistory: 7, sensitivity: 4, ignoreBelowPercent: 5, direction: 'both', seasonality: 'none' } as const;
  const checks: readonly RenderedCheck[] = [
    { ...mean, min: 0 },
    { ...mean, max: 100 },
    { kind: 'anomaly', metric: 'mean', column: 'price', ...anomaly, severity: 'warn' },
    { kind: 'anomaly', metric: 'nullRate', column: 'code', ...anomaly, severity: 'warn' },
    { kind: 'aggregate', column: 'id', function: 'distinct', max: 1, ...error },
  ];
  expect(await violations(checks)).toEqual({ 'mean(price)': 4.875, 'nullRate(code)': 1, 'distinct(id)': 2 });
});

it('two checks of one kind on one column are told apart', async () => {
  const checks: readonly RenderedCheck[] = [
    { kind: 'range', column: 'price', min: 0, ...error },
    { kind: 'range', column: 'price', max: 10, severity: 'warn' },
  ];
  expect(renderChecks(checks, columns, 'snapshot').checks).toMatchObject([
    { id: 'range(price)', severity: 'error' },
    { id: 'range(price) #2', severity: 'warn' },
  ]);
  expect(await violations(checks)).toEqual({ 'range(price)': 1, 'range(price) #2': 1 });
});
