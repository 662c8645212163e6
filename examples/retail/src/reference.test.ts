import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckdbDatabase, openDuckdbDatabase } from './duckdb-database.ts';
import { findRealDataFile } from './real-data-file.ts';
import { buildReference, REFERENCE_TABLES } from './reference.ts';
import { createShop } from './simulator/shop.ts';

const MODELS = ['sales_summary', 'customer_analytics', 'ml_features'] as const;

// Without optimisation of the translator's WebAssembly, which the process would wait for at its end.
setFlagsFromString('--liftoff-only');
const { Dialect, transpile } = await import('@polyglot-sql/sdk');

async function translated(model: string, logicalDate: string, dialect: Parameters<typeof transpile>[2]): Promise<string> {
  const text = await readFile(new URL(`../models/${model}.sql`, import.meta.url), 'utf8');
  const result = transpile(text.replaceAll('$logical_date', `to_date('${logicalDate}')`), Dialect.Snowflake, dialect);
  const [sql] = result.sql ?? [];
  if (!result.success || sql === undefined) throw new Error(String(result.error));
  return sql;
}

/** Rows that only one of two queries gives, copies counted. */
async function differences(database: DuckdbDatabase, ours: string, theirs: string): Promise<readonly unknown[]> {
  return database.all(`
    SELECT 'only ours' AS side, * FROM ((FROM ${ours}) EXCEPT ALL (FROM ${theirs}))
    UNION ALL
    SELECT 'only theirs', * FROM ((FROM ${theirs}) EXCEPT ALL (FROM ${ours})) LIMIT 5`);
}

async function expectSameGold(file: string, logicalDate: string): Promise<Record<string, number>> {
  const database = await openDuckdbDatabase();
  await buildReference(database, { file, logicalDate });
  const rows: Record<string, number> = {};
  for (const model of MODELS) {
    await database.run(`CREATE TEMP TABLE ${model} AS ${await translated(model, logicalDate, Dialect.DuckDB)}`);
    expect(await differences(database, model, `gold.${model}`)).toEqual([]);
    const columns = (table: string) => database.all(`SELECT column_name FROM (DESCRIBE ${table})`);
    expect(await columns(model)).toEqual(await columns(`gold.${model}`));
  }
  for (const table of REFERENCE_TABLES) {
    const [row] = await database.all(`SELECT CAST(count(*) AS INTEGER) AS n FROM ${table}`);
    rows[table] = Number(row?.n);
  }
  database.close();
  return rows;
}

describe('the gold models', () => {
  let folder: string;
  let simulated: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retail-'));
    simulated = join(folder, 'lines.parquet');
    const source = await openDuckdbDatabase();
    await createShop({ seed: 7, customers: 150, products: 100, startDate: '2024-01-01' }).advance(source, '2024-04-30');
    // The reference reads a file like Online Retail's, which knows no corrections.
    await source.run(`
      COPY (
        SELECT INVOICE_NO, STOCK_CODE, DESCRIPTION, QUANTITY::INTEGER AS QUANTITY, INVOICE_DATE, UNIT_PRICE,
          CUSTOMER_ID::BIGINT AS CUSTOMER_ID, COUNTRY
        FROM ORDERS QUALIFY row_number() OVER (PARTITION BY INVOICE_NO, LINE_NO ORDER BY LOADED_AT) = 1
        ORDER BY INVOICE_DATE, INVOICE_NO, LINE_NO
      ) TO '${simulated}'`);
    source.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(['2024-04-30', '2024-04-10', '2024-02-01', '2023-12-31'])(
    'agree with the hand-written script on simulated data as of %s',
    async (day) => {
      const rows = await expectSameGold(simulated, day);
      if (day === '2024-04-30') expect(Object.values(rows).every((count) => count > 0)).toBe(true);
    },
  );

  const file = findRealDataFile();
  if (file === undefined) {
    process.emitWarning(
      'SKIPPED: the Online Retail file is not here, so its gold figures are not tested. Set SNOWMELT_RETAIL_FILE to its path.',
    );
  }
  (file === undefined ? it.skip : it).each(['2011-12-09', '2011-06-30'])(
    'agree with it on the Online Retail file as of %s',
    async (day) => {
      const rows = await expectSameGold(String(file), day);
      if (day === '2011-12-09')
        expect(rows).toMatchInlineSnapshot(`
        {
          "gold.customer_analytics": 4339,
          "gold.ml_features": 3370,
          "gold.sales_summary": 1716,
          "silver.dim_customers": 4372,
          "silver.dim_products": 3958,
          "silver.fact_orders": 536639,
        }
      `);
    },
  );

  it.each(MODELS)('%s can be translated for Spark, which has no QUALIFY', async (model) => {
    expect(await translated(model, '2024-01-01', Dialect.Spark)).not.toMatch(/QUALIFY|::/);
  });
});
