import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../local/src/duckdb/duckdb-session.ts';
import { renderDeduplicate } from './deduplicate.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const COLUMNS = ['id', 'seen', 'name', 'price'] as const;
type Row = readonly [id: number, seen: number | null, name: string | null, price: number | null];
interface Rules {
  readonly key: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly distinct: readonly string[] | undefined;
}

/** The rows that stay, sorted. */
async function keep(rows: readonly Row[], rules: Rules): Promise<string[]> {
  const connection = await session.connect();
  try {
    const cell = (value: number | string | null) => (value === null ? 'NULL' : `'${value}'`);
    const values = rows.map((row) => `(${row.map(cell).join(', ')})`).join(', ');
    const typed =
      'CAST(id AS BIGINT) AS id, CAST(seen AS BIGINT) AS seen, CAST(name AS VARCHAR) AS name, CAST(price AS DECIMAL(9,2)) AS price';
    await connection.run(`CREATE TEMP TABLE _candidates AS SELECT ${typed} FROM (VALUES ${values}) AS t(${COLUMNS.join(', ')})`);
    const { duckdb } = renderDeduplicate({ columns: COLUMNS, ...rules, byDay: false });
    return (await connection.runAndReadAll(duckdb))
      .getRowsJson()
      .map((row) => row.map(String).join('|'))
      .sort();
  } finally {
    connection.closeSync();
  }
}

const row: fc.Arbitrary<Row> = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(1, 2, null),
  fc.constantFrom('a', 'B', 'é', '', null),
  fc.constantFrom(1, 1.5, null),
);
const rows = fc.array(row, { minLength: 1, maxLength: 12 });
const rules: fc.Arbitrary<Rules> = fc.constantFrom(
  { key: ['id'], version: 'seen', distinct: undefined },
  { key: ['id'], version: undefined, distinct: undefined },
  { key: undefined, version: undefined, distinct: ['name', 'price'] },
  { key: ['id'], version: 'seen', distinct: ['name'] },
  { key: ['id', 'name'], version: 'seen', distinct: ['price', 'seen'] },
);

it('leaves the same rows in whatever order they come, and however often', async () => {
  const shuffled = rows.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.subarray(all)));
  await fc.assert(
    fc.asyncProperty(shuffled, rules, async ([all, other, again], asked) => {
      expect(await keep([...other, ...again], asked)).toEqual(await keep(all, asked));
    }),
    { numRuns: 60, seed: 11 },
  );
});

it('leaves of each key the winner of the winners, however the rows were divided', async () => {
  const byKey: Rules = { key: ['id'], version: 'seen', distinct: undefined };
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(), async (all, cut) => {
      const at = cut % (all.length + 1);
      const parts = [all.slice(0, at), all.slice(at)].filter((part) => part.length > 0);
      const winners = (await Promise.all(parts.map((part) => keep(part, byKey)))).flat().map(parse);
      expect(await keep(winners, byKey)).toEqual(await keep(all, byKey));
    }),
    { numRuns: 40, seed: 12 },
  );
});

const number = (text: string | undefined) => (text === undefined || text === 'null' ? null : Number(text));
function parse(text: string): Row {
  const [id, seen, name, price] = text.split('|');
  return [Number(id), number(seen), name === 'null' || name === undefined ? null : name, number(price)];
}

it('decides ties by the other columns, in their order, the greatest first and NULL last', async () => {
  const byKey: Rules = { key: ['id'], version: 'seen', distinct: undefined };
  expect(
    await keep(
      [
        [1, 1, 'a', 2],
        [1, 1, 'b', 1],
        [1, 1, 'b', null],
        [1, null, 'z', 9],
      ],
      byKey,
    ),
  ).toEqual(['1|1|b|1.00']);
});
