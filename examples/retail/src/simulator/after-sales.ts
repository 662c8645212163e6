import { timestampAt } from './calendar.ts';
import type { OrderLine } from './order-line.ts';
import type { TradingDay } from './trading-day.ts';

const EVENING = 19 * 60;

/** Customers send goods back: `C` invoices with negative quantities. */
export function cancelSome(trading: TradingDay): readonly OrderLine[] {
  const { day, random } = trading;
  const sales = trading.recentLines.filter((line) => line.quantity > 0 && line.priceMills > 0);
  const cancellations = sales.length === 0 ? 0 : random.integer(0, 3);
  return Array.from({ length: cancellations }, () => {
    const sale = random.pick(sales);
    const minute = random.integer(10 * 60, 17 * 60);
    return {
      ...sale,
      invoiceNo: `C${trading.nextInvoiceNo()}`,
      lineNo: 1,
      quantity: -random.integer(1, sale.quantity),
      invoiceDate: timestampAt(day, minute),
      loadedAt: timestampAt(day, minute + 5),
    };
  });
}

/** Clerks correct lines of the last days: the same invoice and line, booked again this evening. */
export function correctSome(trading: TradingDay): readonly OrderLine[] {
  const { day, random, recentLines } = trading;
  const corrections = recentLines.length === 0 ? 0 : random.integer(1, 4);
  return Array.from({ length: corrections }, (_, index) => {
    const line = random.pick(recentLines);
    return {
      ...line,
      stockCode: isPlausibleCode(line.stockCode) ? line.stockCode : random.pick(trading.products).stockCode,
      quantity: line.quantity < 0 ? line.quantity : random.integer(1, 12),
      priceMills: Math.abs(line.priceMills),
      loadedAt: timestampAt(day, EVENING, index),
    };
  });
}

/** A stutter of the till: the same eight values again, under the invoice's next line number. */
export function repeatSome(lines: readonly OrderLine[], trading: TradingDay): readonly OrderLine[] {
  const lastLineNo = new Map<string, number>();
  for (const line of lines) lastLineNo.set(line.invoiceNo, Math.max(line.lineNo, lastLineNo.get(line.invoiceNo) ?? 0));
  return lines
    .filter(() => trading.random.chance(0.01))
    .map((line) => {
      const lineNo = (lastLineNo.get(line.invoiceNo) ?? 0) + 1;
      lastLineNo.set(line.invoiceNo, lineNo);
      return { ...line, lineNo };
    });
}

/** Stock that broke or was lost: a free line of no customer, with a negative quantity. */
export function writeOffSome(trading: TradingDay): readonly OrderLine[] {
  const { random } = trading;
  if (!random.chance(0.6)) return [];
  const { stockCode } = random.pick(trading.products);
  const description = random.pick(['damaged', 'thrown away', 'Unsaleable, destroyed.', null]);
  const booked = { stockCode, description, quantity: -random.integer(1, 40), priceMills: 0 };
  return [{ ...officeHead(trading), ...booked, invoiceNo: trading.nextInvoiceNo() }];
}

/** Every ten days the books are adjusted: an `A` invoice. */
export function adjustBooks(trading: TradingDay): readonly OrderLine[] {
  if (trading.dayIndex % 10 !== 4) return [];
  const booked = { stockCode: 'B', description: 'Adjust bad debt', quantity: 1, priceMills: trading.random.integer(10, 2_000) * 1_000 };
  return [{ ...officeHead(trading), ...booked, invoiceNo: `A${trading.nextInvoiceNo()}` }];
}

function officeHead({ day, random }: TradingDay) {
  const minute = random.integer(9 * 60, 17 * 60);
  const country = 'United Kingdom';
  return { lineNo: 1, invoiceDate: timestampAt(day, minute), loadedAt: timestampAt(day, minute + 1), customerId: null, country };
}

function isPlausibleCode(code: string | null): boolean {
  return code !== null && /^[A-Z0-9][A-Z0-9 ]*$/i.test(code.trim());
}
