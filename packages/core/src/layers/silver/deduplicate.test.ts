import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../local/src/duckdb/duckdb-session.ts';
import { type DeduplicateSpec, renderDeduplicate } from './deduplicate.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 2, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const COLUMNS = ['id', 'part', 'seen', 'label'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], number | null> & { _day: number }>;

const row = fc.record({
  id: fc.integer({ min: 0, max: 4 }),
  part: fc.constantFrom(0, 1),
  seen: fc.constantFrom(null, 1, 2, 3),
  label: fc.constantFrom(null, 1, 2),
  _day: fc.constantFrom(1, 2),
});

const spec: fc.Arbitrary<DeduplicateSpec> = fc.record({
  columns: fc.constant(COLUMNS),
  key: fc.constantFrom(undefined, ['id'], ['id', 'part'], [...COLUMNS]),
  version: fc.constantFrom(undefined, 'seen', 'label'),
  distinct: fc.constantFrom(undefined, ['label'], ['label', 'id'], ['seen', 'part'], [...COLUMNS]),
  byDay: fc.boolean(),
});

// The rule in so many words: of each group the row that no other is better than.
function bestOf(rows: readonly Row[], by: readonly (keyof Row)[], order: readonly (keyof Row)[], sign: 1 | -1): Row[] {
  const groups = new Map<string, Row>();
  const value = (one: Row, name: keyof Row) => one[name] ?? Number.NEGATIVE_INFINITY;
  for (const one of rows) {
    const group = JSON.stringify(by.map((name) => one[name]));
    const best = groups.get(group);
    const decided = best === undefined ? undefined : order.find((name) => one[name] !== best[name]);
    if (best === undefined || (decided !== undefined && sign * (value(one, decided) - value(best, decided)) > 0)) groups.set(group, one);
  }
  return [...groups.values()];
}

function expected(rows: readonly Row[], { key, version, distinct, byDay }: DeduplicateSpec): Row[] {
  const day: (keyof Row)[] = byDay ? ['_day'] : [];
  const names = (columns: readonly string[] = []) => columns as readonly (keyof Row)[];
  const latest =
    key === undefined ? rows : bestOf(rows, [...day, ...names(key)], [...names(version === undefined ? [] : [version]), ...COLUMNS], 1);
  return distinct === undefined ? [...latest] : bestOf(latest, [...day, ...names(distinct)], [...names(key), ...COLUMNS], -1);
}

async function execute(rows: readonly Row[], one: DeduplicateSpec): Promise<readonly string[]> {
  const connection = await session.connect();
  try {
    const values = rows.map(
      ({ id, part, seen, label, _day }) => `(${[id, part, seen, label, _day].map((cell) => cell ?? 'NULL').join(', ')})`,
    );
    const list = values.length === 0 ? '(0, 0, 0, 0, 0)' : values.join(', ');
    await connection.run(
      `CREATE TEMP TABLE _candidates AS SELECT * FROM (VALUES ${list}) AS t(id, part, seen, label, _day) LIMIT ${rows.length}`,
    );
    const found = (await connection.runAndReadAll(renderDeduplicate(one).duckdb)).getRowsJson();
    return found.map((cells) => JSON.stringify(cells)).sort();
  } finally {
    connection.closeSync();
  }
}

it('leaves of every group the row that the order puts first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), spec, async (rows, one) => {
      const columns = [...COLUMNS, ...(one.byDay ? (['_day'] as const) : [])];
      const wanted = expected(rows, one).map((best) => JSON.stringify(columns.map((name) => best[name])));
      expect(await execute(rows, one)).toEqual(wanted.sort());
    }),
    { seed: 20_240_115, numRuns: 300 },
  );
});
