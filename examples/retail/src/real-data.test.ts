import { describe, expect, it } from 'vitest';
import { type DuckdbDatabase, openDuckdbDatabase } from './duckdb-database.ts';
import { openRealData } from './real-data.ts';
import { findRealDataFile } from './real-data-file.ts';

const file = findRealDataFile();
if (file === undefined) {
  process.emitWarning('SKIPPED: the Online Retail file is not here, so nothing of it is tested. Set SNOWMELT_RETAIL_FILE to its path.');
}
const itWithFile = file === undefined ? it.skip : it;

async function contents(database: DuckdbDatabase): Promise<unknown> {
  const fingerprints = ['CUSTOMERS', 'PRODUCTS', 'ORDERS'].map((table) =>
    database.all(`SELECT '${table}' AS table_name, count(*) AS n, CAST(sum(hash(t)) AS VARCHAR) AS fingerprint FROM ${table} AS t`),
  );
  return Promise.all(fingerprints);
}

describe('openRealData', () => {
  itWithFile('loads what the file holds, the same day by day as in one go', async () => {
    const daily = await openDuckdbDatabase();
    const real = await openRealData(daily, String(file));
    expect(real.tradingDays()).toHaveLength(305);
    expect([real.tradingDays()[0], real.tradingDays().at(-1)]).toEqual(['2010-12-01', '2011-12-09']);
    const someDays = real.tradingDays().slice(0, 40);
    for (const day of someDays) expect(await real.advanceTo(day)).toEqual([day]);
    await real.loadAll();

    const [facts] = await daily.all(`
      SELECT CAST(count(*) AS INTEGER) AS n, CAST(count(DISTINCT INVOICE_NO) AS INTEGER) AS invoices,
        CAST(count(DISTINCT CUSTOMER_ID) AS INTEGER) AS customers, CAST(count(DISTINCT STOCK_CODE) AS INTEGER) AS codes,
        CAST(sum(QUANTITY * UNIT_PRICE) AS VARCHAR) AS value, CAST(count(*) FILTER (CUSTOMER_ID IS NULL) AS INTEGER) AS guests,
        CAST(count(*) FILTER (INVOICE_NO LIKE 'C%') AS INTEGER) AS cancelled, CAST(count(*) FILTER (UNIT_PRICE <= 0) AS INTEGER) AS unpriced,
        CAST(count(*) FILTER (DESCRIPTION IS NULL) AS INTEGER) AS untold,
        CAST(count(DISTINCT (INVOICE_NO, LINE_NO)) AS INTEGER) AS keys,
        CAST(count(*) FILTER (LOADED_AT < INVOICE_DATE OR CAST(LOADED_AT AS DATE) <> CAST(INVOICE_DATE AS DATE)) AS INTEGER) AS misdated
      FROM ORDERS`);
    expect(facts).toEqual({
      ...{ n: 541_909, invoices: 25_900, customers: 4_372, codes: 4_070, value: '9747747.934', guests: 135_080 },
      ...{ cancelled: 9_288, unpriced: 2_517, untold: 1_454, keys: 541_909, misdated: 0 },
    });

    const atOnce = await openDuckdbDatabase();
    await (await openRealData(atOnce, String(file))).loadAll();
    expect(await contents(atOnce)).toEqual(await contents(daily));
    daily.close();
    atOnce.close();
  });

  itWithFile('goes on where an earlier process stopped', async () => {
    const database = await openDuckdbDatabase();
    await (await openRealData(database, String(file))).advanceTo('2010-12-03');
    const again = await openRealData(database, String(file));
    expect(await again.advanceTo('2010-12-05')).toEqual(['2010-12-05']);
    expect(await again.advanceTo('2010-12-05')).toEqual([]);
    const [row] = await database.all(
      'SELECT CAST(count(*) AS INTEGER) AS n, CAST(count(DISTINCT (INVOICE_NO, LINE_NO)) AS INTEGER) AS keys FROM ORDERS',
    );
    expect(row?.n).toBe(row?.keys);
    database.close();
  });
});
