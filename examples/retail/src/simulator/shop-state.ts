import type { Database } from '../source-tables.ts';
import type { Product } from './assortment.ts';
import { dayAfter } from './calendar.ts';
import type { OrderLine } from './order-line.ts';
import type { Customer } from './population.ts';
import type { ShopState } from './trading-day.ts';

type Row = Readonly<Record<string, unknown>>;

/** Reads what a day's events depend on, in an order that does not depend on the database. */
export async function readShopState(database: Database, day: string, dayIndex: number): Promise<ShopState> {
  const customers = await database.all(CUSTOMERS);
  const products = await database.all(PRODUCTS);
  const recentLines = await database.all(recentLinesSql(day, dayIndex));
  return { customers: customers.map(toCustomer), products: products.map(toProduct), recentLines: recentLines.map(toOrderLine) };
}

// Everything is read as text: how a database hands over numbers and timestamps is its own business.
const CUSTOMERS = 'SELECT CAST(CUSTOMER_ID AS VARCHAR) AS id, COUNTRY AS country FROM CUSTOMERS ORDER BY CUSTOMER_ID';

const PRODUCTS = `
  SELECT STOCK_CODE AS code, DESCRIPTION AS description, CAST(CAST(UNIT_PRICE * 1000 AS BIGINT) AS VARCHAR) AS mills
  FROM PRODUCTS
  WHERE regexp_full_match(STOCK_CODE, '[0-9]{5}[A-Za-z]*') AND UNIT_PRICE >= 0
  ORDER BY STOCK_CODE`;

// One line in thirty-one, another one every day: enough to choose from, quick to read. Adjustments of the books stay as they are.
function recentLinesSql(day: string, dayIndex: number): string {
  return `
    SELECT INVOICE_NO AS invoice, CAST(LINE_NO AS VARCHAR) AS line, STOCK_CODE AS code, DESCRIPTION AS description,
      CAST(QUANTITY AS VARCHAR) AS quantity, CAST(INVOICE_DATE AS VARCHAR) AS invoiced,
      CAST(CAST(UNIT_PRICE * 1000 AS BIGINT) AS VARCHAR) AS mills, CAST(CUSTOMER_ID AS VARCHAR) AS customer, COUNTRY AS country,
      CAST(LOADED_AT AS VARCHAR) AS loaded
    FROM ORDERS
    WHERE LOADED_AT >= TIMESTAMP '${dayAfter(day, -7)} 00:00:00' AND LOADED_AT < TIMESTAMP '${day} 00:00:00'
      AND (LINE_NO * 7 + minute(INVOICE_DATE)) % 31 = ${dayIndex % 31} AND INVOICE_NO NOT LIKE 'A%'
    ORDER BY INVOICE_NO, LINE_NO, LOADED_AT`;
}

function toCustomer({ id, country }: Row): Customer {
  return { customerId: Number(id), country: String(country) };
}

function toProduct({ code, description, mills }: Row): Product {
  return { stockCode: String(code), description: textOrNull(description), priceMills: Number(mills) };
}

function toOrderLine({ invoice, line, code, description, quantity, invoiced, mills, customer, country, loaded }: Row): OrderLine {
  return {
    invoiceNo: String(invoice),
    lineNo: Number(line),
    stockCode: textOrNull(code),
    description: textOrNull(description),
    quantity: Number(quantity),
    invoiceDate: String(invoiced),
    priceMills: Number(mills),
    customerId: customer === null ? null : Number(customer),
    country: textOrNull(country),
    loadedAt: String(loaded),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
