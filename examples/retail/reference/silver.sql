-- The silver tables, written by hand for DuckDB, straight from the Online Retail file: one pass, no increments.
-- Expects the variables `file` and `logical_date`.
CREATE SCHEMA IF NOT EXISTS silver;

CREATE OR REPLACE TEMP TABLE raw_lines AS
SELECT
  *,
  row_number() OVER (PARTITION BY invoice_no ORDER BY file_row_number) AS line_no,
  invoice_date::DATE + INTERVAL 23 HOUR AS loaded_at
FROM read_parquet(getvariable('file'), file_row_number = true)
WHERE invoice_date < getvariable('logical_date') + INTERVAL 1 DAY;

CREATE OR REPLACE TEMP MACRO tidy(text) AS nullif(trim(regexp_replace(text, '\s+', ' ', 'g')), '');

CREATE OR REPLACE TEMP MACRO tidy_description(text) AS
  CASE WHEN regexp_full_match(tidy(text), '\?{1,3}') THEN NULL ELSE upper(tidy(text)) END;

CREATE OR REPLACE TEMP MACRO country_name(text) AS
  CASE tidy(text)
    WHEN 'EIRE' THEN 'Ireland'
    WHEN 'RSA' THEN 'South Africa'
    WHEN 'USA' THEN 'United States'
    WHEN 'Unspecified' THEN 'Unknown'
    ELSE coalesce(tidy(text), 'Unknown')
  END;

CREATE OR REPLACE TEMP MACRO is_service(code) AS
  list_contains(['POST', 'DOT', 'C2', 'M', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'ADJUST'], code);

CREATE OR REPLACE TABLE silver.dim_customers AS
SELECT
  customer_id,
  country_name(arg_max(country, file_row_number)) AS country,
  max(loaded_at) AS updated_at
FROM raw_lines
WHERE customer_id IS NOT NULL
GROUP BY customer_id;

CREATE OR REPLACE TABLE silver.dim_products AS
SELECT
  upper(trim(raw_lines.stock_code)) AS stock_code,
  tidy_description(arg_max(description, file_row_number) FILTER (unit_price > 0 AND quantity > 0 AND trim(description) <> '')) AS description,
  coalesce(arg_max(unit_price, file_row_number) FILTER (unit_price > 0 AND quantity > 0 AND trim(description) <> ''), 0)::DECIMAL(12, 3) AS unit_price,
  NOT is_service(upper(trim(raw_lines.stock_code))) AS is_product,
  max(loaded_at) AS updated_at
FROM raw_lines
GROUP BY ALL;

CREATE OR REPLACE TABLE silver.fact_orders AS
WITH cleaned AS (
  SELECT
    upper(trim(invoice_no)) AS invoice_no,
    line_no,
    invoice_date AS invoiced_at,
    upper(trim(raw_lines.stock_code)) AS stock_code,
    tidy_description(raw_lines.description) AS description,
    quantity::BIGINT AS quantity,
    unit_price,
    customer_id,
    country_name(raw_lines.country) AS country,
    loaded_at
  FROM raw_lines
),
accepted AS (
  SELECT *
  FROM cleaned
  WHERE regexp_full_match(invoice_no, '[CA]?\d{6}')
    AND regexp_full_match(stock_code, '[A-Z0-9][A-Z0-9_ ]*')
    AND unit_price >= 0
    AND quantity IS NOT NULL
),
-- Of exact copies the first stays.
distinct_lines AS (
  SELECT invoice_no, min(line_no) AS line_no, invoiced_at, stock_code, description, quantity, unit_price, customer_id, country, loaded_at
  FROM accepted
  GROUP BY ALL
)
SELECT
  invoice_no,
  line_no,
  invoiced_at,
  stock_code,
  description,
  quantity,
  unit_price,
  (quantity * unit_price)::DECIMAL(18, 3) AS amount,
  customer_id,
  country,
  customer_id IS NULL AS is_guest,
  starts_with(invoice_no, 'C') AS is_return,
  starts_with(invoice_no, 'A') OR (quantity < 0 AND NOT starts_with(invoice_no, 'C')) AS is_adjustment,
  NOT is_service(stock_code) AS is_product,
  loaded_at
FROM distinct_lines;
