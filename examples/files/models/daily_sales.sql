select
  ordered_at::date as sale_date,
  count(*) as orders,
  sum(quantity)::number(18,0) as bags,
  sum(amount)::number(18,2) as sales
from silver.fact_orders
group by 1
