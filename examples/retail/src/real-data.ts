import { createSourceTables, type Database, runAtomically, sqlText } from './source-tables.ts';

/** The Online Retail file, played into the source tables as if each trading day happened now. */
export interface RealData {
  /** The days on which the shop traded, in order. */
  tradingDays(): readonly string[];
  /** Loads every trading day up to `day` that the source does not hold yet and returns those days. */
  advanceTo(day: string): Promise<readonly string[]>;
  /** Loads all that is left in one go; the tables end up as after the last {@link advanceTo}. */
  loadAll(): Promise<void>;
}

// The file is read once: a scan of it per day would cost more than the day. What a day says of a customer or a product is
// worked out here too, so that a day only has to be merged in.
//
// Lines of an invoice are numbered as they stand in the file; an invoice never spans two days. A customer lives where the last
// invoice went. A product's text and price are those of its last sale, since lines without a price hold stock-takers' remarks.
const stageFile = (file: string) => `
CREATE SCHEMA IF NOT EXISTS retail_file;

CREATE OR REPLACE TABLE retail_file.lines AS
SELECT
  invoice_no, row_number() OVER (PARTITION BY invoice_no ORDER BY file_row_number) AS line_no,
  stock_code, description, quantity, invoice_date, unit_price, customer_id, country,
  CAST(invoice_date AS DATE) AS trading_day, file_row_number AS position
FROM read_parquet(${sqlText(file)}, file_row_number = true)
ORDER BY position;

CREATE OR REPLACE TABLE retail_file.customers AS
SELECT trading_day, customer_id, arg_max(country, position) AS country
FROM retail_file.lines
WHERE customer_id IS NOT NULL
GROUP BY trading_day, customer_id
ORDER BY trading_day, customer_id;

CREATE OR REPLACE TABLE retail_file.products AS
SELECT
  trading_day, code, spelling,
  last_value(description IGNORE NULLS) OVER so_far AS description,
  coalesce(last_value(unit_price IGNORE NULLS) OVER so_far, 0) AS unit_price
FROM (
  SELECT
    trading_day, upper(trim(stock_code)) AS code,
    arg_max(stock_code, position) AS spelling,
    arg_max(description, position) FILTER (is_sale) AS description,
    arg_max(unit_price, position) FILTER (is_sale) AS unit_price
  FROM (SELECT *, unit_price > 0 AND quantity > 0 AND trim(description) <> '' AS is_sale FROM retail_file.lines)
  GROUP BY trading_day, code
)
WINDOW so_far AS (PARTITION BY code ORDER BY trading_day)
ORDER BY trading_day, code;
`;

/** Opens the Parquet file for loading into `database`, whose tables it creates. */
export async function openRealData(database: Database, file: string): Promise<RealData> {
  await createSourceTables(database);
  await database.run(stageFile(file));
  const rows = await database.all('SELECT DISTINCT CAST(trading_day AS VARCHAR) AS day FROM retail_file.lines ORDER BY day');
  const days = rows.map(({ day }) => String(day));
  const loaded = await loadedDays(database);
  const left = (until: string) => days.filter((day) => day <= until && !loaded.has(day));
  const load = async (batch: readonly string[]) => {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return;
    await loadDays(database, first, last);
    for (const day of batch) loaded.add(day);
  };
  return {
    tradingDays: () => days,
    advanceTo: async (until) => {
      const batch = left(until);
      for (const day of batch) await load([day]);
      return batch;
    },
    loadAll: () => load(left('9999-12-31')),
  };
}

async function loadedDays(database: Database): Promise<Set<string>> {
  const rows = await database.all('SELECT DISTINCT CAST(CAST(LOADED_AT AS DATE) AS VARCHAR) AS day FROM ORDERS');
  return new Set(rows.map(({ day }) => String(day)));
}

// A day's lines arrive at 23:00, after the last of them was invoiced.
async function loadDays(database: Database, first: string, last: string): Promise<void> {
  const days = `trading_day BETWEEN DATE ${sqlText(first)} AND DATE ${sqlText(last)}`;
  await runAtomically(database, [
    `INSERT INTO ORDERS
      SELECT invoice_no, line_no, stock_code, description, quantity, invoice_date, unit_price, customer_id, country,
        trading_day + INTERVAL 23 HOUR
      FROM retail_file.lines WHERE ${days} ORDER BY position`,
    `MERGE INTO CUSTOMERS USING (${latest('customers', 'customer_id', days)}) AS seen ON CUSTOMERS.CUSTOMER_ID = seen.customer_id
      WHEN MATCHED THEN UPDATE SET COUNTRY = seen.country, UPDATED_AT = seen.seen_at
      WHEN NOT MATCHED THEN INSERT VALUES (seen.customer_id, seen.country, seen.seen_at)`,
    `MERGE INTO PRODUCTS USING (${latest('products', 'code', days)}) AS seen ON upper(trim(PRODUCTS.STOCK_CODE)) = seen.code
      WHEN MATCHED THEN UPDATE SET STOCK_CODE = seen.spelling, DESCRIPTION = seen.description, UNIT_PRICE = seen.unit_price,
        UPDATED_AT = seen.seen_at
      WHEN NOT MATCHED THEN INSERT VALUES (seen.spelling, seen.description, seen.unit_price, seen.seen_at)`,
  ]);
}

function latest(table: string, key: string, days: string): string {
  return `SELECT *, trading_day + INTERVAL 23 HOUR AS seen_at FROM retail_file.${table} WHERE ${days}
    QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY trading_day DESC) = 1`;
}
