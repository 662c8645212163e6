import type { Product } from './assortment.ts';
import { daysFrom } from './calendar.ts';
import type { OrderLine } from './order-line.ts';
import type { Customer } from './population.ts';
import { type Random, seededRandom } from './random.ts';

/** What makes one shop differ from another. */
export interface ShopOptions {
  /** The same seed gives the same shop, day by day. */
  readonly seed: string | number;
  /** Customers on the first day. */
  readonly customers: number;
  /** Products on the first day. */
  readonly products: number;
  /** The first day of trading, `YYYY-MM-DD`. */
  readonly startDate: string;
  /** Orders on a usual day, about twelve lines each; default 25. */
  readonly ordersPerDay?: number;
}

/** What the source tables say before a day's changes. */
export interface ShopState {
  readonly customers: readonly Customer[];
  readonly products: readonly Product[];
  /** A sample of the lines of the week before. */
  readonly recentLines: readonly OrderLine[];
}

/** One day of one shop: everything that its events are made of. */
export interface TradingDay extends ShopState {
  readonly day: string;
  /** 0 on the shop's first day. */
  readonly dayIndex: number;
  readonly orders: number;
  readonly random: Random;
  nextInvoiceNo(): string;
}

const FIRST_INVOICE_NO = 100_000;

/** Sets the stage for one day: its chance depends on the seed and the day alone, its invoice numbers on the day alone. */
export function tradingDay(options: ShopOptions, state: ShopState, day: string): TradingDay {
  const orders = options.ordersPerDay ?? 25;
  const dayIndex = daysFrom(options.startDate, day);
  let invoiceNo = FIRST_INVOICE_NO + dayIndex * Math.max(100, orders * 3);
  return {
    ...state,
    day,
    dayIndex,
    orders,
    random: seededRandom(options.seed, 'day', day),
    nextInvoiceNo: () => String(invoiceNo++),
  };
}
