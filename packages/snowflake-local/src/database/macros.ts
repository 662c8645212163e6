import { MACRO_SCHEMA } from '../sql/macro-call.ts';

// DuckDB chooses the variant by the argument's type while it binds, so none of this costs anything per row.
const MACROS: Readonly<Record<string, string>> = {
  'raise(code, state, text)': "error('SNOWFLAKE:' || code || ':' || state || ':' || text)",

  // DuckDB binds a macro when it is made, which fails while the argument's type is open: so the variants come afterwards.
  'special_text(x)': 'x',
  'to_text(x)': `CASE WHEN typeof(x) = 'JSON' THEN json_extract_string(CAST(x AS VARCHAR), '$')
    WHEN typeof(x) IN ('BLOB', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE') THEN @special_text(x)
    ELSE CAST(x AS VARCHAR) END`,
  'special_text(x VARCHAR)': `x,
    (x BOOLEAN) AS NULL,
    (x DOUBLE) AS NULL,
    (x BLOB) AS hex(x),
    (x DATE) AS strftime(x, '%Y-%m-%d'),
    (x TIME) AS strftime(DATE '1970-01-01' + x, '%H:%M:%S'),
    (x TIMESTAMP) AS strftime(x, '%Y-%m-%d %H:%M:%S.%g'),
    (x TIMESTAMP_NS) AS strftime(CAST(x AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g'),
    (x TIMESTAMPTZ) AS strftime(CAST(x AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g') || ' +0000'`,

  // The second format is for nanoseconds, which strftime knows by another letter.
  'format_time(x DATE, f, n)': `strftime(x, f),
    (x TIMESTAMP, f, n) AS strftime(x, f),
    (x TIMESTAMP_NS, f, n) AS strftime(x, n),
    (x TIMESTAMPTZ, f, n) AS strftime(CAST(x AS TIMESTAMP), f),
    (x TIME, f, n) AS strftime(DATE '1970-01-01' + x, f)`,

  'to_date(x VARCHAR)': `CAST(x AS DATE),
    (x DATE) AS x,
    (x TIMESTAMP) AS CAST(x AS DATE),
    (x TIMESTAMP_NS) AS CAST(x AS DATE),
    (x TIMESTAMPTZ) AS CAST(CAST(x AS TIMESTAMP) AS DATE)`,
  'try_to_date(x VARCHAR)': 'TRY_CAST(x AS DATE)',

  'to_time(x VARCHAR)': `CAST(x AS TIME),
    (x TIME) AS x,
    (x TIMESTAMP) AS CAST(x AS TIME),
    (x TIMESTAMPTZ) AS CAST(CAST(x AS TIMESTAMP) AS TIME)`,
  'try_to_time(x VARCHAR)': 'TRY_CAST(x AS TIME)',

  // Digits that a TIMESTAMP cannot hold are refused rather than cut.
  'has_nanoseconds(x)': "regexp_matches(x, '\\.\\d{6}\\d*[1-9]')",
  'to_timestamp_ntz(x VARCHAR)': `CASE WHEN @has_nanoseconds(x)
      THEN @raise('100035', '22007', 'Timestamp ''' || x || ''' has nanoseconds; cast it to TIMESTAMP_NTZ(9)')
      ELSE CAST(x AS TIMESTAMP) END,
    (x DATE) AS CAST(x AS TIMESTAMP),
    (x TIMESTAMP) AS x,
    (x TIMESTAMP_NS) AS CASE WHEN epoch_ns(x) % 1000 <> 0
      THEN @raise('100035', '22007', 'Timestamp ''' || CAST(x AS VARCHAR) || ''' has nanoseconds')
      ELSE CAST(x AS TIMESTAMP) END,
    (x TIMESTAMPTZ) AS CAST(x AS TIMESTAMP),
    (x DOUBLE) AS make_timestamp(CAST(round(x * 1000000) AS BIGINT))`,
  'try_to_timestamp_ntz(x VARCHAR)': 'TRY_CAST(x AS TIMESTAMP)',

  'to_timestamp_ltz(x VARCHAR)': `CAST(x AS TIMESTAMPTZ),
    (x DATE) AS CAST(x AS TIMESTAMPTZ),
    (x TIMESTAMP) AS CAST(x AS TIMESTAMPTZ),
    (x TIMESTAMP_NS) AS CAST(@to_timestamp_ntz(x) AS TIMESTAMPTZ),
    (x TIMESTAMPTZ) AS x`,
  'try_to_timestamp_ltz(x VARCHAR)': 'TRY_CAST(x AS TIMESTAMPTZ)',

  'to_binary(x VARCHAR)': 'unhex(x), (x BLOB) AS x',

  // Whole days leave a date a date.
  'add_days(x DATE, i)': `CAST(x + i AS DATE),
    (x TIMESTAMP, i) AS x + i,
    (x TIMESTAMP_NS, i) AS @to_timestamp_ntz(x) + i,
    (x TIMESTAMPTZ, i) AS x + i,
    (x VARCHAR, i) AS @to_timestamp_ntz(x) + i`,
  'add_time(x DATE, i)': `x + i,
    (x TIMESTAMP, i) AS x + i,
    (x TIMESTAMP_NS, i) AS @to_timestamp_ntz(x) + i,
    (x TIMESTAMPTZ, i) AS x + i,
    (x VARCHAR, i) AS @to_timestamp_ntz(x) + i,
    (x TIME, i) AS x + i`,
  'truncate_time(part, x DATE)': `CAST(date_trunc(part, x) AS DATE),
    (part, x TIMESTAMP) AS date_trunc(part, x),
    (part, x TIMESTAMP_NS) AS date_trunc(part, CAST(x AS TIMESTAMP)),
    (part, x TIMESTAMPTZ) AS date_trunc(part, x)`,
  'difference_operand(x DATE)': `CAST(x AS TIMESTAMP),
    (x TIMESTAMP) AS x,
    (x TIMESTAMP_NS) AS CAST(x AS TIMESTAMP),
    (x TIMESTAMPTZ) AS CAST(x AS TIMESTAMP),
    (x TIME) AS DATE '1970-01-01' + x,
    (x VARCHAR) AS CAST(x AS TIMESTAMP)`,
  'epoch_nanoseconds(x DATE)': `CAST(epoch_us(x) AS HUGEINT) * 1000,
    (x TIMESTAMP) AS CAST(epoch_us(x) AS HUGEINT) * 1000,
    (x TIMESTAMP_NS) AS CAST(epoch_ns(x) AS HUGEINT),
    (x TIMESTAMPTZ) AS CAST(epoch_us(x) AS HUGEINT) * 1000`,
  'nanosecond_part(x TIMESTAMP)': `((epoch_us(x) % 1000000 + 1000000) % 1000000) * 1000,
    (x TIMESTAMP_NS) AS (epoch_ns(x) % 1000000000 + 1000000000) % 1000000000,
    (x TIMESTAMPTZ) AS ((epoch_us(x) % 1000000 + 1000000) % 1000000) * 1000,
    (x TIME) AS (epoch_us(x) % 1000000) * 1000`,
  'floor_divide(x, unit)': 'CASE WHEN x < 0 THEN -((unit - 1 - x) // unit) ELSE x // unit END',

  'divide(a, b)': "CASE WHEN b = 0 THEN @raise('100051', '22012', 'Division by zero') ELSE a / b END",
  'modulo(a, b)': "CASE WHEN b = 0 THEN @raise('100051', '22012', 'Division by zero') ELSE a % b END",

  // As the SQL API writes instants: seconds and a fraction, with one sign for both.
  'seconds_text(u)': `CASE WHEN u < 0 THEN '-' ELSE '' END || CAST(abs(u) // 1000000 AS VARCHAR)
    || '.' || lpad(CAST(abs(u) % 1000000 AS VARCHAR), 6, '0') || '000'`,
  'nanoseconds_text(u)': `CASE WHEN u < 0 THEN '-' ELSE '' END || CAST(abs(u) // 1000000000 AS VARCHAR)
    || '.' || lpad(CAST(abs(u) % 1000000000 AS VARCHAR), 9, '0')`,
  'real_text(x)': `CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END
    ELSE CAST(x AS VARCHAR) END`,

  // As DESCRIBE TABLE shows a column's type: exactly where this server made the column, else by what DuckDB has.
  'shown_type(duckdb, comment)': `CASE
    WHEN comment LIKE 'snowflake type: %' THEN regexp_extract(comment, '^snowflake type: ([^\\n]+)', 1)
    WHEN duckdb LIKE 'DECIMAL%' THEN replace(duckdb, 'DECIMAL', 'NUMBER')
    WHEN duckdb LIKE '%INT' OR duckdb = 'INTEGER' THEN 'NUMBER(38,0)'
    WHEN duckdb IN ('DOUBLE', 'FLOAT') THEN 'FLOAT'
    WHEN duckdb = 'VARCHAR' THEN 'VARCHAR(16777216)'
    WHEN duckdb = 'BLOB' THEN 'BINARY(8388608)'
    WHEN duckdb = 'JSON' THEN 'VARIANT'
    WHEN duckdb = 'TIME' THEN 'TIME(9)'
    WHEN duckdb = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_LTZ(9)'
    WHEN duckdb LIKE 'TIMESTAMP%' THEN 'TIMESTAMP_NTZ(9)'
    ELSE duckdb END`,
  'shown_comment(comment)': `CASE WHEN comment LIKE 'snowflake type: %'
    THEN nullif(regexp_replace(comment, '^snowflake type: [^\\n]*\\n?', ''), '') ELSE comment END`,
};

/** The statements that give DuckDB the functions of Snowflake that it lacks. */
export function macroStatements(): readonly string[] {
  return Object.entries(MACROS).map(([signature, body]) => `CREATE OR REPLACE MACRO ${MACRO_SCHEMA}.${signature} AS ${qualify(body)}`);
}

function qualify(body: string): string {
  return body.replaceAll(/@(\w+)\(/g, `${MACRO_SCHEMA}.$1(`);
}
