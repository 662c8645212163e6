import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckdbDatabase, openDuckdbDatabase } from '../duckdb-database.ts';
import { createShop } from './shop.ts';

const OPTIONS = { seed: 'test', customers: 200, products: 120, startDate: '2024-02-20' };
const LAST_DAY = '2024-03-30';

async function contents(database: DuckdbDatabase): Promise<unknown> {
  return {
    customers: await database.all('SELECT * FROM CUSTOMERS ORDER BY ALL'),
    products: await database.all('SELECT * FROM PRODUCTS ORDER BY ALL'),
    orders: await database.all('SELECT * FROM ORDERS ORDER BY ALL'),
  };
}

async function count(database: DuckdbDatabase, sql: string): Promise<number> {
  const [row] = await database.all(`SELECT CAST(count(*) AS INTEGER) AS n FROM ${sql}`);
  return Number(row?.n);
}

describe('createShop', () => {
  let folder: string;
  let shopDb: DuckdbDatabase;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retail-'));
    shopDb = await openDuckdbDatabase();
    await createShop(OPTIONS).advance(shopDb, LAST_DAY);
  });
  afterAll(async () => {
    shopDb.close();
    await rm(folder, { recursive: true });
  });

  it('gives the same tables for the same seed, however often it is restarted', async () => {
    const path = join(folder, 'shop.duckdb');
    const applied: string[] = [];
    for (const day of ['2024-02-20', '2024-02-29', '2024-03-01', LAST_DAY]) {
      const restarted = await openDuckdbDatabase(path);
      applied.push(...(await createShop(OPTIONS).advance(restarted, day)));
      restarted.close();
    }
    const reopened = await openDuckdbDatabase(path);
    expect(await contents(reopened)).toEqual(await contents(shopDb));
    reopened.close();
    expect(applied).toHaveLength(40);
    expect(applied.slice(8, 12)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02']);
  });

  it('gives other tables for another seed', async () => {
    const other = await openDuckdbDatabase();
    await createShop({ ...OPTIONS, seed: 'other' }).advance(other, '2024-02-21');
    expect(await count(other, 'ORDERS')).not.toBe(await count(shopDb, "ORDERS WHERE LOADED_AT < '2024-02-22'"));
    other.close();
  });

  it('does nothing for a day that was applied already', async () => {
    const before = await count(shopDb, 'ORDERS');
    expect(await createShop(OPTIONS).advance(shopDb, LAST_DAY)).toEqual([]);
    expect(await createShop(OPTIONS).advance(shopDb, '2024-01-01')).toEqual([]);
    expect(await count(shopDb, 'ORDERS')).toBe(before);
  });

  it('loads each day within that day, corrections after what they correct', async () => {
    expect(await count(shopDb, "ORDERS WHERE LOADED_AT < '2024-02-20' OR LOADED_AT >= '2024-03-31' OR LOADED_AT < INVOICE_DATE")).toBe(0);
    expect(await count(shopDb, '(SELECT 1 FROM ORDERS GROUP BY INVOICE_NO, LINE_NO, LOADED_AT HAVING count(*) > 1)')).toBe(0);
    expect(await count(shopDb, '(SELECT 1 FROM ORDERS GROUP BY INVOICE_NO, LINE_NO HAVING count(DISTINCT INVOICE_DATE) > 1)')).toBe(0);
    expect(await count(shopDb, '(SELECT DISTINCT CAST(LOADED_AT AS DATE) FROM ORDERS)')).toBe(40);
  });

  it('refuses sizes and days that cannot be', () => {
    expect(() => createShop({ ...OPTIONS, products: 0 })).toThrow(RangeError);
    expect(() => createShop({ ...OPTIONS, customers: -1 })).toThrow(RangeError);
    expect(() => createShop({ ...OPTIONS, startDate: '20.2.2024' })).toThrow(RangeError);
  });

  it.each([
    ['late rows', 'ORDERS WHERE CAST(INVOICE_DATE AS DATE) < CAST(LOADED_AT AS DATE)'],
    ['corrected rows', '(SELECT 1 FROM ORDERS GROUP BY INVOICE_NO, LINE_NO HAVING count(DISTINCT LOADED_AT) > 1)'],
    [
      'exact copies under another line number',
      `(SELECT 1 FROM ORDERS GROUP BY INVOICE_NO, STOCK_CODE, DESCRIPTION, QUANTITY, INVOICE_DATE, UNIT_PRICE, CUSTOMER_ID, COUNTRY
        HAVING count(DISTINCT LINE_NO) > 1)`,
    ],
    ['guests', "ORDERS WHERE CUSTOMER_ID IS NULL AND INVOICE_NO NOT LIKE 'A%'"],
    ['cancellations', "ORDERS WHERE INVOICE_NO LIKE 'C%' AND QUANTITY < 0"],
    ['adjustments of the books', "ORDERS WHERE INVOICE_NO LIKE 'A%'"],
    ['written-off stock', "ORDERS WHERE INVOICE_NO NOT LIKE 'C%' AND QUANTITY < 0 AND UNIT_PRICE = 0"],
    ['services', "ORDERS WHERE STOCK_CODE IN ('POST', 'DOT', 'M', 'BANK CHARGES')"],
    ['emoji', "ORDERS WHERE DESCRIPTION LIKE '%😀%'"],
    ['quotes', "ORDERS WHERE DESCRIPTION LIKE '%''%' AND DESCRIPTION LIKE '%\"%'"],
    ['newlines', 'ORDERS WHERE contains(DESCRIPTION, chr(10))'],
    ['double spaces', "ORDERS WHERE DESCRIPTION LIKE '%  %'"],
    ['accents', "ORDERS WHERE DESCRIPTION LIKE '%É%'"],
    ['missing descriptions', 'ORDERS WHERE DESCRIPTION IS NULL'],
    ['typed-in descriptions', "ORDERS WHERE DESCRIPTION IN ('damaged', '?', 'check')"],
    ['lower-case codes', 'ORDERS WHERE STOCK_CODE <> upper(STOCK_CODE)'],
    ['invoice numbers with blanks', "ORDERS WHERE INVOICE_NO LIKE ' %'"],
    ['countries with blanks', "ORDERS WHERE COUNTRY LIKE ' %'"],
    ['free lines', 'ORDERS WHERE UNIT_PRICE = 0 AND QUANTITY > 0'],
    ['negative prices', 'ORDERS WHERE UNIT_PRICE < 0'],
    ['bad codes', "ORDERS WHERE STOCK_CODE IS NULL OR NOT regexp_full_match(upper(trim(STOCK_CODE)), '[A-Z0-9][A-Z0-9_ ]*')"],
    ['bad invoice numbers', "ORDERS WHERE INVOICE_NO LIKE '%TEST%'"],
    ['deleted customers', '(SELECT CUSTOMER_ID FROM ORDERS WHERE CUSTOMER_ID IS NOT NULL EXCEPT SELECT CUSTOMER_ID FROM CUSTOMERS)'],
    [
      'deleted products',
      "(SELECT STOCK_CODE FROM ORDERS WHERE regexp_full_match(STOCK_CODE, '[0-9]{5}[A-Z]?') EXCEPT SELECT STOCK_CODE FROM PRODUCTS)",
    ],
    ['new customers', 'CUSTOMERS WHERE CUSTOMER_ID >= 50000000'],
    ['customers who moved', "CUSTOMERS WHERE CUSTOMER_ID < 50000000 AND UPDATED_AT >= '2024-02-20'"],
    ['new products', "PRODUCTS WHERE STOCK_CODE LIKE '900%'"],
    ['price changes', "PRODUCTS WHERE STOCK_CODE NOT LIKE '900%' AND UPDATED_AT >= '2024-02-20'"],
    ['product rows to refuse', "PRODUCTS WHERE STOCK_CODE = '#REF!' OR UNIT_PRICE < 0"],
    ['old spellings of a product code', "PRODUCTS WHERE STOCK_CODE = ' 10000 '"],
  ])('brings %s', async (_what, rows) => {
    expect(await count(shopDb, rows)).toBeGreaterThan(0);
  });

  it('keeps what must be refused rare', async () => {
    const bad =
      "UNIT_PRICE < 0 OR INVOICE_NO LIKE '%TEST%' OR STOCK_CODE IS NULL OR NOT regexp_full_match(upper(trim(STOCK_CODE)), '[A-Z0-9][A-Z0-9_ ]*')";
    const worst = await shopDb.all(`
      SELECT CAST(max(share) AS DOUBLE) AS share
      FROM (SELECT avg(CAST(${bad} AS INTEGER)) AS share FROM ORDERS GROUP BY CAST(LOADED_AT AS DATE))`);
    expect(Number(worst[0]?.share)).toBeLessThan(0.05);
  });
});
