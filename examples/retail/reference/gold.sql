-- The gold tables, written by hand for DuckDB, from the silver tables of silver.sql.
-- Expects the variable `logical_date`.
CREATE SCHEMA IF NOT EXISTS gold;

CREATE OR REPLACE TABLE gold.sales_summary AS
SELECT
  invoiced_at::DATE AS sale_date,
  country,
  count(DISTINCT invoice_no) FILTER (NOT is_return) AS invoices,
  count(DISTINCT invoice_no) FILTER (is_return) AS return_invoices,
  count(DISTINCT customer_id) AS customers,
  count(DISTINCT invoice_no) FILTER (is_guest) AS guest_invoices,
  count(*) AS lines,
  coalesce(sum(quantity) FILTER (is_product), 0)::BIGINT AS units,
  coalesce(sum(amount) FILTER (NOT is_return), 0)::DECIMAL(18, 3) AS gross_sales,
  coalesce(-sum(amount) FILTER (is_return), 0)::DECIMAL(18, 3) AS returns_value,
  sum(amount)::DECIMAL(18, 3) AS net_sales,
  coalesce(sum(amount) FILTER (NOT is_product), 0)::DECIMAL(18, 3) AS services_value
FROM silver.fact_orders
WHERE NOT is_adjustment
GROUP BY ALL;

CREATE OR REPLACE TEMP MACRO ratio(part, whole) AS round(part::DOUBLE / nullif(whole::DOUBLE, 0), 4)::DECIMAL(18, 4);

CREATE OR REPLACE TABLE gold.customer_analytics AS
WITH purchases AS (
  SELECT
    customer_id,
    min(invoiced_at)::DATE AS first_purchase_on,
    max(invoiced_at)::DATE AS last_purchase_on,
    count(DISTINCT invoice_no) AS frequency,
    count(*) AS purchase_lines,
    coalesce(sum(quantity) FILTER (is_product), 0)::BIGINT AS purchase_units,
    count(DISTINCT stock_code) FILTER (is_product) AS distinct_products,
    sum(amount) AS purchase_value
  FROM silver.fact_orders
  WHERE NOT is_guest AND NOT is_adjustment AND NOT is_return
  GROUP BY customer_id
),
returns AS (
  SELECT customer_id, count(DISTINCT invoice_no) AS return_invoices, -sum(amount) AS returned_value
  FROM silver.fact_orders
  WHERE NOT is_guest AND is_return
  GROUP BY customer_id
),
customers AS (
  SELECT
    purchases.*,
    dim_customers.country,
    date_diff('day', last_purchase_on, getvariable('logical_date')) AS recency_days,
    coalesce(return_invoices, 0) AS return_invoices,
    coalesce(returned_value, 0) AS returned_value,
    purchase_value - coalesce(returned_value, 0) AS monetary
  FROM purchases
  JOIN silver.dim_customers USING (customer_id)
  LEFT JOIN returns USING (customer_id)
),
scored AS (
  SELECT
    *,
    ntile(5) OVER (ORDER BY recency_days DESC, customer_id) AS recency_score,
    ntile(5) OVER (ORDER BY frequency, customer_id) AS frequency_score,
    ntile(5) OVER (ORDER BY monetary, customer_id) AS monetary_score
  FROM customers
)
SELECT
  customer_id,
  country,
  getvariable('logical_date') AS as_of,
  first_purchase_on,
  last_purchase_on,
  recency_days,
  frequency,
  monetary::DECIMAL(18, 3) AS monetary,
  recency_score,
  frequency_score,
  monetary_score,
  CASE
    WHEN least(recency_score, frequency_score, monetary_score) >= 4 THEN 'champion'
    WHEN recency_score >= 4 AND frequency = 1 THEN 'new'
    WHEN recency_score >= 3 AND frequency_score >= 4 THEN 'loyal'
    WHEN frequency_score >= 4 THEN 'at_risk'
    WHEN recency_score = 1 THEN 'lost'
    ELSE 'regular'
  END AS segment,
  purchase_lines,
  purchase_units,
  distinct_products,
  purchase_value::DECIMAL(18, 3) AS purchase_value,
  ratio(purchase_value, frequency) AS avg_basket_value,
  ratio(purchase_lines, frequency) AS avg_basket_lines,
  ratio(purchase_units, frequency) AS avg_basket_units,
  return_invoices,
  returned_value::DECIMAL(18, 3) AS returned_value,
  ratio(returned_value, purchase_value) AS return_rate
FROM scored;

CREATE OR REPLACE TABLE gold.ml_features AS
WITH cutoffs AS (
  SELECT (getvariable('logical_date') - INTERVAL 90 DAY)::DATE AS cutoff
),
past AS (
  SELECT * FROM silver.fact_orders, cutoffs
  WHERE NOT is_guest AND NOT is_adjustment AND invoiced_at::DATE <= cutoff
),
purchases AS (
  SELECT
    customer_id,
    cutoff,
    min(invoiced_at)::DATE AS first_purchase_on,
    max(invoiced_at)::DATE AS last_purchase_on,
    count(DISTINCT invoice_no) AS orders,
    count(DISTINCT invoiced_at::DATE) AS order_days,
    count(DISTINCT invoice_no) FILTER (date_diff('day', invoiced_at::DATE, cutoff) < 30) AS orders_30d,
    count(DISTINCT invoice_no) FILTER (date_diff('day', invoiced_at::DATE, cutoff) < 90) AS orders_90d,
    count(DISTINCT stock_code) FILTER (is_product) AS distinct_products,
    count(*) AS purchase_lines,
    coalesce(sum(quantity) FILTER (is_product), 0)::BIGINT AS purchase_units,
    coalesce(sum(amount) FILTER (date_diff('day', invoiced_at::DATE, cutoff) < 90), 0) AS purchase_value_90d,
    sum(amount) AS purchase_value
  FROM past
  WHERE NOT is_return
  GROUP BY customer_id, cutoff
),
returns AS (
  SELECT customer_id, count(DISTINCT invoice_no) AS returns, -sum(amount) AS returned_value
  FROM past
  WHERE is_return
  GROUP BY customer_id
),
countries AS (
  SELECT DISTINCT ON (customer_id) customer_id, country
  FROM past
  ORDER BY customer_id, invoiced_at DESC, invoice_no DESC, line_no DESC
),
labels AS (
  SELECT customer_id
  FROM silver.fact_orders, cutoffs
  WHERE NOT is_guest AND NOT is_adjustment AND NOT is_return AND invoiced_at::DATE > cutoff
  GROUP BY customer_id
)
SELECT
  customer_id,
  cutoff,
  countries.country,
  (countries.country = 'United Kingdom')::BIGINT AS is_domestic,
  cutoff - last_purchase_on AS recency_days,
  cutoff - first_purchase_on AS tenure_days,
  orders,
  orders_30d,
  orders_90d,
  coalesce(returns, 0) AS returns,
  distinct_products,
  purchase_lines,
  purchase_units,
  purchase_value_90d::DECIMAL(18, 3) AS purchase_value_90d,
  (purchase_value - coalesce(returned_value, 0))::DECIMAL(18, 3) AS monetary,
  ratio(purchase_value, orders) AS avg_basket_value,
  ratio(purchase_lines, orders) AS avg_basket_lines,
  ratio(last_purchase_on - first_purchase_on, order_days - 1) AS avg_days_between_orders,
  ratio(coalesce(returned_value, 0), purchase_value) AS return_rate,
  (labels.customer_id IS NOT NULL)::BIGINT AS buys_again_90d
FROM purchases
JOIN silver.dim_customers USING (customer_id)
JOIN countries USING (customer_id)
LEFT JOIN returns USING (customer_id)
LEFT JOIN labels USING (customer_id);
