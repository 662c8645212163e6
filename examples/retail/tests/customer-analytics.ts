import { defineTests, type TestRow } from '@snowmelt/core';

/** An invoice line of a customer, as silver has it. */
const line = (customer: number, invoice: string, day: string, amount: string, more: TestRow = {}): TestRow => ({
  customer_id: customer,
  invoice_no: invoice,
  invoiced_at: `${day} 10:00:00`,
  stock_code: '85123A',
  quantity: 1,
  amount,
  is_return: false,
  is_adjustment: false,
  is_product: true,
  ...more,
});

export default defineTests([
  {
    name: 'a customer is described as of the day of the run, by what they bought until then',
    dataset: 'gold.customer_analytics',
    date: '2011-03-31',
    given: {
      'silver.dim_customers': [{ customer_id: 12_345, country: 'France' }],
      'silver.fact_orders': [
        line(12_345, '540001', '2011-01-10', '100.00'),
        line(12_345, '550001', '2011-03-21', '50.00'),
        line(12_345, 'C550002', '2011-03-22', '-50.00', { quantity: -1, is_return: true }),
        line(12_345, '560001', '2011-04-01', '999.00'),
        line(99_999, '540002', '2011-01-11', '10.00'),
      ],
    },
    expect: {
      rows: [
        {
          customer_id: 12_345,
          as_of: '2011-03-31',
          first_purchase_on: '2011-01-10',
          last_purchase_on: '2011-03-21',
          recency_days: 10,
          frequency: 2,
          monetary: 100,
          avg_basket_value: 75,
          return_invoices: 1,
          return_rate: '0.3333',
        },
      ],
      checks: [],
    },
  },
]);
