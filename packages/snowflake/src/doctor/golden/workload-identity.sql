-- What the pipeline needs in Snowflake, and nothing else. Fill in what stands in <…>.
USE ROLE ACCOUNTADMIN;

-- A role that may read what is extracted. For a view write ON VIEW.
CREATE ROLE IF NOT EXISTS "SNOWMELT";
GRANT USAGE ON DATABASE "SHOP" TO ROLE "SNOWMELT";
GRANT USAGE ON SCHEMA "SHOP"."SALES" TO ROLE "SNOWMELT";
GRANT SELECT ON TABLE "SHOP"."SALES"."Order ""Lines""" TO ROLE "SNOWMELT";

-- A warehouse that costs only while it works.
CREATE WAREHOUSE IF NOT EXISTS "SNOWMELT" WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;
GRANT USAGE ON WAREHOUSE "SNOWMELT" TO ROLE "SNOWMELT";

-- The user as whom statements run; it has no password.
CREATE USER IF NOT EXISTS "SNOWMELT" TYPE = SERVICE DEFAULT_ROLE = "SNOWMELT" DEFAULT_WAREHOUSE = "SNOWMELT"
  WORKLOAD_IDENTITY = (TYPE = AWS ARN = '<ARN of the role that runs the pipeline>' ISSUER = '<issuer of its tokens>');
GRANT ROLE "SNOWMELT" TO USER "SNOWMELT";
