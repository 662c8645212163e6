import type { SourceRow } from '../source-tables.ts';

/** One line of an invoice. Timestamps are text, the price is in thousandths so that no float touches money. */
export interface OrderLine {
  readonly invoiceNo: string;
  readonly lineNo: number;
  readonly stockCode: string | null;
  readonly description: string | null;
  readonly quantity: number;
  readonly invoiceDate: string;
  readonly priceMills: number;
  readonly customerId: number | null;
  readonly country: string | null;
  readonly loadedAt: string;
}

/** Writes a price in thousandths as a decimal number. */
export function priceText(mills: number): string {
  const digits = String(Math.abs(mills)).padStart(4, '0');
  return `${mills < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** A line as a row of ORDERS. */
export function orderRow(line: OrderLine): SourceRow<'ORDERS'> {
  return {
    INVOICE_NO: line.invoiceNo,
    LINE_NO: line.lineNo,
    STOCK_CODE: line.stockCode,
    DESCRIPTION: line.description,
    QUANTITY: line.quantity,
    INVOICE_DATE: line.invoiceDate,
    UNIT_PRICE: priceText(line.priceMills),
    CUSTOMER_ID: line.customerId,
    COUNTRY: line.country,
    LOADED_AT: line.loadedAt,
  };
}
