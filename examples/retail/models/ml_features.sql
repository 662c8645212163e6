-- Features per customer as of the cutoff, 90 days before the run's day; the label looks at the 90 days after it.
-- A feature reads nothing that happened after the cutoff. Customers who were deleted since leave the training set.
with lines as (
  select
    customer_id,
    invoice_no,
    line_no,
    stock_code,
    country,
    invoiced_at,
    invoiced_at::date as invoiced_on,
    ($logical_date - 90)::date as cutoff,
    quantity,
    amount,
    is_return,
    is_product
  from silver.fact_orders
  where customer_id is not null
    and not is_adjustment
    and invoiced_at::date <= $logical_date
),

past as (
  select
    lines.*,
    row_number() over (
      partition by customer_id
      order by invoiced_at desc, invoice_no desc, line_no desc
    ) as newest
  from lines
  where invoiced_on <= cutoff
),

buyers_since as (
  select distinct customer_id
  from lines
  where invoiced_on > cutoff
    and not is_return
),

features as (
  select
    customer_id,
    cutoff,
    max(iff(newest = 1, country, null)) as country,
    min(iff(is_return, null, invoiced_on)) as first_purchase_on,
    max(iff(is_return, null, invoiced_on)) as last_purchase_on,
    count(distinct iff(is_return, null, invoice_no)) as orders,
    count(distinct iff(is_return, null, invoiced_on)) as order_days,
    count(distinct iff(not is_return and invoiced_on > cutoff - 30, invoice_no, null)) as orders_30d,
    count(distinct iff(not is_return and invoiced_on > cutoff - 90, invoice_no, null)) as orders_90d,
    count(distinct iff(is_return, invoice_no, null)) as returns,
    count(distinct iff(is_product and not is_return, stock_code, null)) as distinct_products,
    sum(iff(is_return, 0, 1))::number(18, 0) as purchase_lines,
    sum(iff(is_product and not is_return, quantity, 0))::number(18, 0) as purchase_units,
    sum(iff(is_return, 0, amount))::number(18, 3) as purchase_value,
    sum(iff(not is_return and invoiced_on > cutoff - 90, amount, 0))::number(18, 3) as purchase_value_90d,
    sum(iff(is_return, -amount, 0))::number(18, 3) as returned_value,
    sum(amount)::number(18, 3) as monetary
  from past
  group by customer_id, cutoff
)

select
  features.customer_id,
  features.cutoff,
  features.country,
  iff(features.country = 'United Kingdom', 1, 0) as is_domestic,
  datediff(day, features.last_purchase_on, features.cutoff) as recency_days,
  datediff(day, features.first_purchase_on, features.cutoff) as tenure_days,
  features.orders,
  features.orders_30d,
  features.orders_90d,
  features.returns,
  features.distinct_products,
  features.purchase_lines,
  features.purchase_units,
  features.purchase_value_90d,
  features.monetary,
  round(features.purchase_value::double / features.orders::double, 4)::number(18, 4) as avg_basket_value,
  round(features.purchase_lines::double / features.orders::double, 4)::number(18, 4) as avg_basket_lines,
  round(
    datediff(day, features.first_purchase_on, features.last_purchase_on)::double
      / nullif((features.order_days - 1)::double, 0), 4
  )::number(18, 4) as avg_days_between_orders,
  round(features.returned_value::double / nullif(features.purchase_value::double, 0), 4)::number(18, 4) as return_rate,
  iff(buyers_since.customer_id is null, 0, 1) as buys_again_90d
from features
join silver.dim_customers as dim on dim.customer_id = features.customer_id
left join buyers_since on buyers_since.customer_id = features.customer_id
where features.orders > 0
