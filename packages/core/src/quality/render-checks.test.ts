import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import type { Column } from '../sql/column-type.ts';
import { forBoth } from '../sql/render.ts';
import { type RenderedCheck, renderChecks } from './render-checks.ts';

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

/** How many rows of `ROWS` break each check. */
async function violations(checks: readonly RenderedCheck[], partition: 'snapshot' | 'event' = 'snapshot') {
  const { scans } = renderChecks(checks, columns, partition);
  const connection = await session.connect();
  try {
    await connection.run(`CREATE TEMP TABLE _rows AS ${ROWS}`);
    const counted: Record<string, number> = {};
    for (const scan of scans) {
      const [row = []] = (await connection.runAndReadAll(scan.sql.duckdb)).getRowsJson();
      for (const [index, check] of scan.checks.entries()) counted[check] = Number(row[index]);
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
  expect(renderChecks(checks, columns, 'snapshot').scans).toHaveLength(1);
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

it('the number of rows is that of the dataset, or of each day of an event dataset', async () => {
  const between = (min: number, max: number): readonly RenderedCheck[] => [{ kind: 'rowCount', min, max, ...error }];
  expect(await violations(between(5, 5))).toEqual({ rowCount: 0 });
  expect(await violations(between(6, 9))).toEqual({ rowCount: 1 });
  expect(await violations(between(5, 5), 'event')).toEqual({ rowCount: 2 });
  expect(await violations(between(1, 4), 'event')).toEqual({ rowCount: 0 });
});

it('two checks of one kind on one column are told apart', async () => {
  const checks: readonly RenderedCheck[] = [
    { kind: 'range', column: 'price', min: 0, ...error },
    { kind: 'range', column: 'price', max: 10, severity: 'warn' },
  ];
  expect(renderChecks(checks, columns, 'snapshot').checks).toEqual([
    { id: 'range(price)', severity: 'error' },
    { id: 'range(price) #2', severity: 'warn' },
  ]);
  expect(await violations(checks)).toEqual({ 'range(price)': 1, 'range(price) #2': 1 });
});
