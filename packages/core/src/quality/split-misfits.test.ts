import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { type Column, parseColumnType } from '../sql/column-type.ts';
import { splitMisfits } from './split-misfits.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const ORIGIN = { dataset: datasetName('bronze', 'it'), batch: "2026-01-05-it's-1", run: "it's" };

/** The texts that are values of a type, as they are kept; the others are refused. */
async function split(spelling: string, texts: readonly (string | null)[]) {
  const type = parseColumnType(spelling);
  if (type === undefined) throw new Error(spelling);
  const columns: readonly Column[] = [
    { name: 'n', type: { kind: 'bigint' } },
    { name: 'x', type },
  ];
  const connection = await session.connect();
  try {
    const values = texts.map((text, n) => `(${n}, ${text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`})`);
    await connection.run(
      `CREATE OR REPLACE TEMP VIEW _read AS SELECT n::BIGINT AS n, x::VARCHAR AS x FROM (VALUES ${values.join(', ')}) AS t(n, x)`,
    );
    for (const stage of splitMisfits(columns, [{ name: 'x', type }], ORIGIN)) {
      if (stage.kind === 'view') await connection.run(`CREATE OR REPLACE TEMP VIEW ${stage.name} AS ${stage.sql.duckdb}`);
    }
    const read = async (from: string) =>
      (await connection.runAndReadAll(`SELECT n, CAST(x AS VARCHAR) FROM ${from} ORDER BY CAST(n AS BIGINT)`)).getRowsJson();
    return { kept: (await read('_rows')).map(([, x]) => x), refused: (await read('_refused')).map(([, x]) => x) };
  } finally {
    connection.closeSync();
  }
}

it.each([
  ['NUMBER(18,0)', ['12', '-3', '+4', '5.0', null], ['1.5', '1e3', '', ' 7', 'x', '99999999999999999999', '.']],
  ['NUMBER(12,2)', ['1', '1.5', '-1.25', '1.500', '.5', null], ['1.505', '12345678901', '1,5', '1e2', 'NaN', '.', '-']],
  ['FLOAT', ['1', '-1.5e300', 'NaN', 'inf'], ['one', '1,5', '']],
  ['BOOLEAN', ['true', 'FALSE', null], ['1', 'yes', '']],
  ['DATE', ['2024-02-29', '0001-01-01', '9999-12-31'], ['2023-02-29', '2024-1-1', '01/02/2024', '2024-01-01 00:00:00', '']],
  ['TIME', ['23:59:59', '00:00:00.123456', '12:30'], ['24:30:00', '00:00:00.1234567', '12', '']],
  [
    'TIMESTAMP_NTZ',
    ['2024-01-15', '2024-01-15 10:00:00.5', '2024-01-15T10:00:00', '2024-01-15 10:00:00.1234560'],
    ['2024-01-15 10:00:00+02', '2024-01-15 10:00:00.1234567', '2024-13-01', 'now'],
  ],
])('%s: what is a value of it is kept, what is not is set aside', async (type, good, bad) => {
  const { kept, refused } = await split(type, [...good, ...bad]);
  expect(refused).toEqual(bad);
  expect(kept).toHaveLength(good.length);
});

it('no text is lost or changes its value, whatever it is', async () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9]{0,12}\.?[0-9]{0,4}$/), fc.constant(null));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), async (texts) => {
      const usable = texts.map((one) => one?.replaceAll('\0', '') ?? null);
      const { kept, refused } = await split('NUMBER(12,2)', usable);
      expect(kept.length + refused.length).toBe(usable.length);
      const numbers = kept.filter((one) => one !== null).map((one) => Number(one) + 0);
      const left = usable.filter((one) => one !== null && !refused.includes(one)).map((one) => Number(one) + 0);
      expect(numbers).toEqual(left);
    }),
    { seed: 7, numRuns: 60 },
  );
});
