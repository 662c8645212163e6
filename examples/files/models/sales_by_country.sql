select
  coalesce(c.country, 'unknown') as country,
  count(distinct o.customer_id) as customers,
  sum(o.amount)::number(18,2) as sales,
  sum(iff(p.origin = 'Ethiopia', o.quantity, 0))::number(18,0) as bags_from_ethiopia
from silver.fact_orders as o
left join silver.dim_customers as c on c.customer_id = o.customer_id
left join silver.dim_products as p on p.sku = o.sku
group by 1
