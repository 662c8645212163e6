import { insertRows, type SourceRow, sqlText } from '../source-tables.ts';
import { laterProduct, openingProduct, type Product } from './assortment.ts';
import { dayAfter, timestampAt } from './calendar.ts';
import { priceText } from './order-line.ts';
import { FIRST_CUSTOMER_ID, FIRST_LATER_CUSTOMER_ID, MOST_NEW_CUSTOMERS_A_DAY, someCountry } from './population.ts';
import { seededRandom } from './random.ts';
import type { ShopOptions, TradingDay } from './trading-day.ts';

/** The statements that fill CUSTOMERS and PRODUCTS before the first day. */
export function openingStatements(options: ShopOptions): readonly string[] {
  const random = seededRandom(options.seed, 'opening');
  const eve = timestampAt(dayAfter(options.startDate, -1), 12 * 60);
  const longAgo = timestampAt(dayAfter(options.startDate, -400), 12 * 60);
  const customers = Array.from({ length: options.customers }, (_, index) =>
    customerRow(FIRST_CUSTOMER_ID + index, someCountry(random), eve),
  );
  const products = Array.from({ length: options.products }, (_, index) => productRow(openingProduct(options.seed, index), eve));
  const oldSins = [
    productRow({ stockCode: ' 10000 ', description: 'OLD SPELLING OF A CODE', priceMills: 1_000 }, longAgo),
    productRow({ stockCode: '#REF!', description: 'SPREADSHEET LEFTOVER', priceMills: 1_000 }, longAgo),
    productRow({ stockCode: '99999', description: 'PRICE BELOW ZERO', priceMills: -1_000 }, longAgo),
  ];
  return [insertRows('CUSTOMERS', customers), insertRows('PRODUCTS', [...products, ...oldSins])];
}

/** The statements that change CUSTOMERS on one day: some come, one moves, now and then one asks to be forgotten. */
export function customerStatements(trading: TradingDay): readonly string[] {
  const { day, dayIndex, random, customers } = trading;
  // Numbers follow from the day, not from the table: a deleted customer's number never comes back.
  const firstId = FIRST_LATER_CUSTOMER_ID + dayIndex * MOST_NEW_CUSTOMERS_A_DAY;
  const coming = Array.from({ length: random.integer(1, MOST_NEW_CUSTOMERS_A_DAY) }, (_, index) =>
    customerRow(firstId + index, someCountry(random), timestampAt(day, 9 * 60, index)),
  );
  const statements = [insertRows('CUSTOMERS', coming)];
  if (customers.length === 0) return statements;
  const movesTo = `COUNTRY = ${sqlText(someCountry(random))}, UPDATED_AT = ${sqlText(timestampAt(day, 11 * 60))}`;
  statements.push(`UPDATE CUSTOMERS SET ${movesTo} WHERE CUSTOMER_ID = ${random.pick(customers).customerId}`);
  if (dayIndex % 5 === 3) statements.push(`DELETE FROM CUSTOMERS WHERE CUSTOMER_ID = ${random.pick(customers).customerId}`);
  return statements;
}

/** The statements that change PRODUCTS on one day: prices move, now and then a product comes and another goes. */
export function productStatements(trading: TradingDay): readonly string[] {
  const { day, dayIndex, random, products } = trading;
  const statements = [priceChange(trading)];
  if (dayIndex % 7 === 2) statements.push(insertRows('PRODUCTS', [productRow(laterProduct(random, dayIndex), timestampAt(day, 7 * 60))]));
  if (dayIndex % 7 === 5 && products.length > 1) {
    statements.push(`DELETE FROM PRODUCTS WHERE STOCK_CODE = ${sqlText(random.pick(products).stockCode)}`);
  }
  return statements;
}

function priceChange({ day, random, products }: TradingDay): string {
  const prices = new Map<string, number>();
  for (let change = random.integer(1, 5); change > 0; change--) {
    const { stockCode, priceMills } = random.pick(products);
    prices.set(stockCode, Math.max(10, Math.round((priceMills * random.integer(85, 120)) / 1000) * 10));
  }
  const rows = [...prices].map(([stockCode, mills]) => `(${sqlText(stockCode)}, ${priceText(mills)})`);
  return `UPDATE PRODUCTS SET UNIT_PRICE = changed.price, UPDATED_AT = ${sqlText(timestampAt(day, 7 * 60))}
    FROM (VALUES ${rows.join(', ')}) AS changed(code, price) WHERE STOCK_CODE = changed.code`;
}

function customerRow(id: number, country: string, updatedAt: string): SourceRow<'CUSTOMERS'> {
  return { CUSTOMER_ID: id, COUNTRY: country, UPDATED_AT: updatedAt };
}

function productRow(product: Product, updatedAt: string): SourceRow<'PRODUCTS'> {
  return {
    STOCK_CODE: product.stockCode,
    DESCRIPTION: product.description,
    UNIT_PRICE: priceText(product.priceMills),
    UPDATED_AT: updatedAt,
  };
}
