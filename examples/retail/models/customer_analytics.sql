-- One row per customer that the shop still knows and who has bought at least once by the run's day.
with lines as (
  select
    customer_id,
    invoice_no,
    stock_code,
    invoiced_at::date as invoiced_on,
    quantity,
    amount,
    is_return,
    is_product
  from silver.fact_orders
  where customer_id is not null
    and not is_adjustment
    and invoiced_at::date <= $logical_date
),

customers as (
  select
    customer_id,
    min(iff(is_return, null, invoiced_on)) as first_purchase_on,
    max(iff(is_return, null, invoiced_on)) as last_purchase_on,
    count(distinct iff(is_return, null, invoice_no)) as frequency,
    count(distinct iff(is_return, invoice_no, null)) as return_invoices,
    count(distinct iff(is_product and not is_return, stock_code, null)) as distinct_products,
    sum(iff(is_return, 0, 1))::number(18, 0) as purchase_lines,
    sum(iff(is_product and not is_return, quantity, 0))::number(18, 0) as purchase_units,
    sum(iff(is_return, 0, amount))::number(18, 3) as purchase_value,
    sum(iff(is_return, -amount, 0))::number(18, 3) as returned_value,
    sum(amount)::number(18, 3) as monetary
  from lines
  group by customer_id
),

known as (
  select
    customers.*,
    dim.country,
    datediff(day, customers.last_purchase_on, $logical_date) as recency_days
  from customers
  join silver.dim_customers as dim on dim.customer_id = customers.customer_id
  where customers.frequency > 0
),

scored as (
  select
    known.*,
    ntile(5) over (order by recency_days desc, customer_id) as recency_score,
    ntile(5) over (order by frequency, customer_id) as frequency_score,
    ntile(5) over (order by monetary, customer_id) as monetary_score
  from known
)

select
  customer_id,
  country,
  $logical_date::date as as_of,
  first_purchase_on,
  last_purchase_on,
  recency_days,
  frequency,
  monetary,
  recency_score,
  frequency_score,
  monetary_score,
  case
    when recency_score >= 4 and frequency_score >= 4 and monetary_score >= 4 then 'champion'
    when recency_score >= 4 and frequency = 1 then 'new'
    when recency_score >= 3 and frequency_score >= 4 then 'loyal'
    when recency_score <= 2 and frequency_score >= 4 then 'at_risk'
    when recency_score = 1 then 'lost'
    else 'regular'
  end as segment,
  purchase_lines,
  purchase_units,
  distinct_products,
  purchase_value,
  round(purchase_value::double / frequency::double, 4)::number(18, 4) as avg_basket_value,
  round(purchase_lines::double / frequency::double, 4)::number(18, 4) as avg_basket_lines,
  round(purchase_units::double / frequency::double, 4)::number(18, 4) as avg_basket_units,
  return_invoices,
  returned_value,
  round(returned_value::double / nullif(purchase_value::double, 0), 4)::number(18, 4) as return_rate
from scored
