import { createSourceTables, type Database, insertRows, lastLoadedDay, runAtomically } from '../source-tables.ts';
import { adjustBooks, cancelSome, correctSome, repeatSome, writeOffSome } from './after-sales.ts';
import { MOST_PRODUCTS } from './assortment.ts';
import { dayAfter, daysFrom } from './calendar.ts';
import { customerStatements, openingStatements, productStatements } from './master-data.ts';
import { spoilSome } from './mishaps.ts';
import { orderRow } from './order-line.ts';
import { MOST_CUSTOMERS } from './population.ts';
import { sellLate, sellToday } from './sales.ts';
import { readShopState } from './shop-state.ts';
import { type ShopOptions, type TradingDay, tradingDay } from './trading-day.ts';

/** A simulated shop that keeps the source tables up to date. */
export interface Shop {
  /**
   * Applies every day up to `day` that the source does not hold yet, each as one transaction, and returns those days.
   * What a day brings depends on the seed and the tables alone, so it makes no difference who applies it, or when.
   */
  advance(database: Database, day: string): Promise<readonly string[]>;
}

/** Makes a shop. @throws RangeError for a day or a size that cannot be */
export function createShop(options: ShopOptions): Shop {
  daysFrom(options.startDate, options.startDate);
  if (options.customers < 0 || options.customers > MOST_CUSTOMERS) throw new RangeError(`A shop has 0 to ${MOST_CUSTOMERS} customers.`);
  if (options.products < 1 || options.products > MOST_PRODUCTS) throw new RangeError(`A shop has 1 to ${MOST_PRODUCTS} products.`);
  return {
    advance: async (database, day) => {
      await createSourceTables(database);
      const last = await lastLoadedDay(database);
      const from = last === undefined ? options.startDate : dayAfter(last, 1);
      const days = Array.from({ length: Math.max(0, daysFrom(from, day) + 1) }, (_, index) => dayAfter(from, index));
      if (last === undefined && days.length > 0) await openShop(database, options);
      for (const next of days) await applyDay(database, options, next);
      return days;
    },
  };
}

// Whoever was interrupted between opening and the first day opens again.
async function openShop(database: Database, options: ShopOptions): Promise<void> {
  await runAtomically(database, ['DELETE FROM CUSTOMERS', 'DELETE FROM PRODUCTS', ...openingStatements(options)]);
}

async function applyDay(database: Database, options: ShopOptions, day: string): Promise<void> {
  const state = await readShopState(database, day, daysFrom(options.startDate, day));
  const trading = tradingDay(options, state, day);
  await runAtomically(database, [orderStatement(trading), ...customerStatements(trading), ...productStatements(trading)]);
}

function orderStatement(trading: TradingDay): string {
  const sales = spoilSome([...sellLate(trading), ...sellToday(trading), ...cancelSome(trading)], trading.random);
  const lines = [...sales, ...repeatSome(sales, trading), ...writeOffSome(trading), ...adjustBooks(trading), ...correctSome(trading)];
  return insertRows('ORDERS', lines.map(orderRow));
}
