-- Sales per day and country. Adjustments of the books and stock that was written off are not sales.
select
  invoiced_at::date as sale_date,
  country,
  count(distinct iff(is_return, null, invoice_no)) as invoices,
  count(distinct iff(is_return, invoice_no, null)) as return_invoices,
  count(distinct customer_id) as customers,
  count(distinct iff(is_guest, invoice_no, null)) as guest_invoices,
  count(*) as lines,
  sum(iff(is_product, quantity, 0))::number(18, 0) as units,
  sum(iff(is_return, 0, amount))::number(18, 3) as gross_sales,
  sum(iff(is_return, -amount, 0))::number(18, 3) as returns_value,
  sum(amount)::number(18, 3) as net_sales,
  sum(iff(is_product, 0, amount))::number(18, 3) as services_value
from silver.fact_orders
where not is_adjustment
group by invoiced_at::date, country
