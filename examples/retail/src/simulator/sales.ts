import { type Product, SERVICES } from './assortment.ts';
import { dayAfter, isWeekend, timestampAt } from './calendar.ts';
import type { OrderLine } from './order-line.ts';
import { someCountry } from './population.ts';
import type { TradingDay } from './trading-day.ts';

const QUANTITIES = [1, 2, 1, 3, 6, 4, 12, 8, 24, 10, 48, 144];
const FIRST_MINUTE = 8 * 60;
const LAST_MINUTE = 18 * 60;

type InvoiceHead = Pick<OrderLine, 'invoiceNo' | 'invoiceDate' | 'customerId' | 'country' | 'loadedAt'>;

/** The day's own orders: booked a quarter of an hour after they were made. */
export function sellToday(trading: TradingDay): readonly OrderLine[] {
  const { day, random } = trading;
  const usual = isWeekend(day) ? trading.orders / 2 : trading.orders;
  const orders = Math.max(1, Math.round(usual * (0.8 + 0.4 * random.next())));
  return Array.from({ length: orders }, () => random.integer(FIRST_MINUTE, LAST_MINUTE))
    .sort((a, b) => a - b)
    .flatMap((minute) => sell(trading, timestampAt(day, minute), timestampAt(day, minute + 15)));
}

/** Orders of earlier days that arrive only now: most are a few days late, some a month. */
export function sellLate(trading: TradingDay): readonly OrderLine[] {
  const { day, dayIndex, random } = trading;
  const orders = dayIndex === 0 ? 0 : random.integer(1, 3);
  return Array.from({ length: orders }, (_, index) => {
    const daysLate = Math.min(dayIndex, random.chance(0.1) ? 30 : random.integer(1, 5));
    const invoiceDate = timestampAt(dayAfter(day, -daysLate), random.integer(FIRST_MINUTE, LAST_MINUTE));
    return sell(trading, invoiceDate, timestampAt(day, 6 * 60, index));
  }).flat();
}

function sell(trading: TradingDay, invoiceDate: string, loadedAt: string): readonly OrderLine[] {
  const { random, customers, products } = trading;
  const customer = random.chance(0.2) || customers.length === 0 ? undefined : random.pick(customers, 1.6);
  const head: InvoiceHead = {
    invoiceNo: trading.nextInvoiceNo(),
    invoiceDate,
    customerId: customer?.customerId ?? null,
    country: customer?.country ?? someCountry(random),
    loadedAt,
  };
  const lines = 1 + Math.floor(34 * random.next() ** 2);
  const sold = Array.from({ length: lines }, (_, index) =>
    lineOf(head, index + 1, random.pick(products, 1.6), random.pick(QUANTITIES, 1.3)),
  );
  return random.chance(0.15) ? [...sold, lineOf(head, lines + 1, random.pick(SERVICES), 1)] : sold;
}

function lineOf(head: InvoiceHead, lineNo: number, product: Product, quantity: number): OrderLine {
  const { stockCode, description, priceMills } = product;
  return { ...head, lineNo, stockCode, description, quantity, priceMills };
}
