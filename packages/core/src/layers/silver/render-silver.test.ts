import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../../local/src/duckdb/duckdb-session.ts';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '../../compile.ts';
import { findDataset } from '../../pipeline.ts';
import { type EngineDialect, measurementSql } from '../../ports.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const FILE = { path: 'snowmelt.config.ts', text: '' };
const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' } as const;
type Silver = NonNullable<PipelineDeclaration['silver']>[string];
type Columns = Readonly<Record<string, string>>;

async function compile(bronze: Columns, silver: Omit<Silver, 'from'>) {
  const orders = { table: 'ORDERS', mode: 'full' as const, columns: bronze };
  const pipeline = parsePipeline(
    { name: 'shop', source: SOURCE, bronze: { orders }, silver: { orders: { from: 'bronze.orders', ...silver } } },
    FILE,
  );
  const binder = duckdbBinder({ session });
  const graph = await compilePipeline(pipeline, { declaration: FILE, files: { read: async () => undefined }, binder, loadTranslator });
  const dataset = findDataset(graph, 'silver.orders');
  if (dataset?.layer !== 'silver' || dataset.cleaning === undefined) throw new Error('not a cleaned dataset');
  return { ...dataset, sql: dataset.cleaning };
}

/** The dataset's queries as one script over `_source`, in the order in which a step runs them. */
function scriptOf({ sql, checkScans, measurement }: Awaited<ReturnType<typeof compile>>, dialect: EngineDialect): string {
  const kept = dialect === 'duckdb' ? 'TABLE' : 'VIEW';
  return [
    `CREATE TEMPORARY ${kept} _classified AS\n${sql.classify[dialect]};`,
    `CREATE TEMPORARY VIEW _candidates AS\n${sql.candidates[dialect]};`,
    `CREATE TEMPORARY ${kept} _rows AS\n${sql.rows[dialect]};`,
    `CREATE TEMPORARY VIEW _refused AS\n${sql.refused[dialect]};`,
    `CREATE TEMPORARY VIEW _accounting AS\n${sql.accounting[dialect]};`,
    ...(measurement === undefined
      ? []
      : [
          `-- ${measurement.measures.map(({ id }) => id).join('; ')}\n${measurementSql(measurement.measures, measurement.byDay, dialect)};`,
        ]),
    ...checkScans.map((scan) => `-- ${scan.checks.join('; ')}\n${scan.sql[dialect]};`),
    '',
  ].join('\n\n');
}

/** Runs a script over source rows, given as SQL, and reads what came out. */
async function execute(script: string, source: string, scan = 'SELECT 0') {
  const connection = await session.connect();
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  try {
    await read(`CREATE TEMP TABLE _source AS ${source}`);
    for (const statement of script.split(';\n')) if (statement.trim() !== '') await read(statement);
    return {
      rows: await read('SELECT * FROM _rows ORDER BY ALL'),
      refused: await read('SELECT * FROM _refused ORDER BY ALL'),
      accounting: await read('SELECT * FROM _accounting ORDER BY ALL'),
      violations: (await read(scan))[0]?.map(Number),
    };
  } finally {
    connection.closeSync();
  }
}

describe('a dataset with every rule', () => {
  const bronze = { line: 'NUMBER(10,0)', code: 'VARCHAR', about: 'VARCHAR', qty: 'VARCHAR', price: 'NUMBER(12,3)', sold: 'TIMESTAMP_NTZ' };
  const silver: Omit<Silver, 'from'> = {
    kind: 'event',
    eventTime: 'sold_at',
    key: ['line'],
    version: 'sold_at',
    distinct: ['code', 'quantity', 'about'],
    columns: {
      line: { type: 'NUMBER(10,0)' },
      code: { type: 'VARCHAR', trim: true, case: 'upper', pattern: '[0-9]{5}[A-Z]*', required: true },
      about: { type: 'VARCHAR', trim: true, collapseSpaces: true, nullIf: ['', '?'], default: 'unknown', onFail: 'null' },
      quantity: { from: 'qty', type: 'NUMBER(9,0)', map: { none: '0' }, range: { min: -1000, max: 1000 } },
      total: { expr: 'TRY_CAST(qty AS NUMBER(9,0)) * price', type: 'NUMBER(18,3)', onFail: 'null', range: { min: 0 } },
      sold_at: { from: 'sold', type: 'TIMESTAMP_NTZ' },
    },
    checks: [{ kind: 'notNull', column: 'about' }],
  };
  const source = `SELECT * REPLACE (CAST(line AS BIGINT) AS line, CAST(price AS DECIMAL(12,3)) AS price) FROM (VALUES
    (1, ' 85123a ', 'Lamp  red', '2', 1.500, TIMESTAMP '2024-01-14 10:00:00', '2024-01-15-run1-1'),
    (1, '85123A', 'Lamp red', '3', 1.500, TIMESTAMP '2024-01-14 11:00:00', '2024-01-15-run1-1'),
    (2, '85123A', ' Lamp red', '3', 1.500, TIMESTAMP '2024-01-14 09:00:00', '2024-01-15-run1-1'),
    (3, '22423', '?', 'none', 2.000, NULL, '2024-01-16-run2-1'),
    (4, 'POST', 'Postage', '1', 18.000, TIMESTAMP '2024-01-14 12:00:00', '2024-01-15-run1-1'),
    (NULL, NULL, 'x', 'many', 0.000, TIMESTAMP '2024-01-15 00:00:00', '2024-01-15-run1-1'),
    (6, '84879', 'Bird', '-2', 1.690, TIMESTAMP '2024-01-15 08:00:00', '2024-01-15-run1-1')
  ) AS t(line, code, about, qty, price, sold, _batch)`;

  it.each(['duckdb', 'spark'] as const)('is rendered for %s as it was agreed', async (dialect) => {
    await expect(scriptOf(await compile(bronze, silver), dialect)).toMatchFileSnapshot(`golden/orders.${dialect}.sql`);
  });

  it('gives the rows that its rules ask for', async () => {
    const { rows, refused, accounting } = await execute(scriptOf(await compile(bronze, silver), 'duckdb'), source);
    expect(rows).toEqual([
      ['1', '85123A', 'Lamp red', '3', '4.500', '2024-01-14 11:00:00', '2024-01-14'],
      // No event time: the day of the batch.
      ['3', '22423', 'unknown', '0', null, null, '2024-01-16'],
      ['6', '84879', 'Bird', '-2', null, '2024-01-15 08:00:00', '2024-01-15'],
    ]);
    expect(refused.map((row) => [row[0], row[3], row.at(-3), row.at(-1)])).toEqual([
      ['4', '1', 'code: pattern', '2024-01-14'],
      [null, 'many', 'line: required, code: required, quantity: cast', '2024-01-15'],
    ]);
    expect(accounting).toEqual([
      ['2024-01-14', '4', '2024-01-15-run1-1'],
      ['2024-01-15', '2', '2024-01-15-run1-1'],
      ['2024-01-16', '1', '2024-01-16-run2-1'],
    ]);
  });
});

describe('onFail', () => {
  const bronze = { id: 'NUMBER(9,0)', amount: 'VARCHAR' };
  const source = `SELECT * REPLACE (CAST(id AS BIGINT) AS id) FROM (VALUES (1, '5', 'b'), (2, 'x', 'b'), (3, '99', 'b'), (4, NULL, 'b')) AS t(id, amount, _batch)`;
  const amount = { type: 'NUMBER(9,0)', range: { max: 10 } } as const;
  const columns = (rules: object) => ({ id: { type: 'NUMBER(9,0)' }, amount: { ...amount, ...rules } });

  it('quarantine sets the row aside as it came, with the reason', async () => {
    const dataset = await compile(bronze, { kind: 'snapshot', columns: columns({ required: true }) });
    const { rows, refused } = await execute(scriptOf(dataset, 'duckdb').replaceAll('{{logical_date}}', '2024-01-15'), source);
    expect(rows).toEqual([['1', '5']]);
    expect(refused).toEqual([
      ['2', 'x', 'amount: cast', 'b'],
      ['3', '99', 'amount: range', 'b'],
      ['4', null, 'amount: required', 'b'],
    ]);
  });

  it('null keeps the row without the value', async () => {
    const dataset = await compile(bronze, { kind: 'snapshot', columns: columns({ onFail: 'null' }) });
    const { rows, refused } = await execute(scriptOf(dataset, 'duckdb').replaceAll('{{logical_date}}', '2024-01-15'), source);
    expect(rows.map(([, value]) => value)).toEqual(['5', null, null, null]);
    expect(refused).toEqual([]);
  });

  it('null without anything that can fail changes nothing', async () => {
    const dataset = await compile(bronze, { kind: 'snapshot', columns: { amount: { type: 'VARCHAR', onFail: 'null' } } });
    const { rows } = await execute(scriptOf(dataset, 'duckdb').replaceAll('{{logical_date}}', '2024-01-15'), source);
    expect(rows.flat()).toEqual(['5', '99', 'x', null]);
  });

  it('error counts the rows for a check that stops the build, and no others', async () => {
    const dataset = await compile(bronze, { kind: 'snapshot', columns: columns({ onFail: 'error' }) });
    expect(dataset.checks).toEqual([{ id: 'rules that stop the build', severity: 'error' }]);
    const scan = dataset.checkScans[0]?.sql.duckdb;
    const script = scriptOf(dataset, 'duckdb').replaceAll('{{logical_date}}', '2024-01-15');
    expect((await execute(script, source, scan)).violations).toEqual([2]);
    expect((await execute(script, `${source} WHERE id IN (1, 4)`, scan)).violations).toEqual([0]);
  });
});
