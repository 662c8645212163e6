import type { ExtractReport } from '@snowmelt/core/ports';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column, setUpBench } from './bench.ts';
import { IN_THE_LAKE, TYPES } from './every-type.ts';

const bench = setUpBench();

/** The number of rows that differ between what was inserted and what arrived. */
async function differencesFrom(rows: readonly (readonly string[])[], report: ExtractReport): Promise<number> {
  if (rows.length === 0) return report.rows;
  const expected = rows.map((cells) => {
    const values = TYPES.map(({ name, ddl }, i) => {
      const value = `CAST(${cells[i]} AS ${ddl})`;
      return `${IN_THE_LAKE[name]?.(value) ?? value} AS ${name}`;
    });
    return `SELECT ${values.join(', ')}`;
  });
  const arrived = `SELECT * REPLACE (NULL AS doc) FROM ${bench.relationOf(report)}`;
  const [only] = await bench.query(`WITH e AS (${expected.join(' UNION ALL ')}), a AS (${arrived})
    SELECT count(*) AS n FROM ((FROM e EXCEPT ALL FROM a) UNION ALL (FROM a EXCEPT ALL FROM e))`);
  return Number((only as { n: string }).n);
}

const COLUMNS = TYPES.map(({ name, declared, options }) => column(name, declared, options));

describe('transports agree', () => {
  it('cell by cell on rows of every type, extremes and NULL included', { timeout: 120_000 }, async () => {
    const row = fc.tuple(
      ...TYPES.map(({ value }) => fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant('NULL') })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 0, maxLength: 25 }), async (rows) => {
        await bench
          .server()
          .database.run(
            `CREATE OR REPLACE TABLE "ALL_TYPES" (${TYPES.map(({ name, ddl }) => `"${name.toUpperCase()}" ${ddl}`).join(', ')})`,
          );
        if (rows.length > 0)
          await bench.server().database.run(`INSERT INTO "ALL_TYPES" VALUES ${rows.map((cells) => `(${cells.join(', ')})`).join(', ')}`);
        const raw = await bench.extract('ALL_TYPES', COLUMNS, 'raw');
        const unloaded = await bench.extract('ALL_TYPES', COLUMNS, 'unload');
        expect([raw.rows, unloaded.rows, raw.transport, unloaded.transport]).toEqual([rows.length, rows.length, 'raw', 'unload']);
        expect(unloaded.choices).toEqual([{ column: 'cut', choice: 'nanoseconds-truncated' }]);
        expect(unloaded.choices).toEqual(raw.choices);
        expect(await bench.compare(raw, unloaded)).toMatchObject({ differences: 0 });
        for (const transport of ['rows', 'chunks'] as const) {
          const other = await bench.extract('ALL_TYPES', COLUMNS, transport);
          expect(other).toMatchObject({ rows: rows.length, transport, choices: raw.choices });
          expect(await bench.compare(raw, other)).toMatchObject({ differences: 0 });
        }
        expect(await differencesFrom(rows, unloaded)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('on what they refuse: a digit that nobody gave up', async () => {
    await bench
      .server()
      .database.run(
        `CREATE OR REPLACE TABLE "FINE" ("AT" TIMESTAMP_NS); INSERT INTO "FINE" VALUES (make_timestamp_ns(1000)), (make_timestamp_ns(1001))`,
      );
    for (const transport of ['raw', 'unload', 'rows', 'chunks'] as const) {
      const failure = bench.extract('FINE', [column('at', 'TIMESTAMP_NTZ')], transport);
      await expect(failure).rejects.toMatchObject({ code: 'source/value-does-not-fit', at: { field: 'at' } });
    }
  });
});
