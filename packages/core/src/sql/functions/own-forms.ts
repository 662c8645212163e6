import type { RenderedForm } from './rendered-form.ts';

const same = (form: string): RenderedForm => ({ duckdb: form, spark: form });

/** Functions that stand for syntax: what {@link shapeQuery} puts in its place, by name. */
export const OWN_FORMS: Readonly<Record<string, RenderedForm>> = {
  // DuckDB makes NULL or infinity of it.
  SNOWMELT_DIVISOR: { duckdb: "CASE WHEN $1 = 0 THEN error('Division by zero') ELSE $1 END", spark: '$1' },
  SNOWMELT_DAYS: { duckdb: "date_diff('day', $1, $2)", spark: 'datediff($2, $1)' },
  SNOWMELT_DAY: same('CAST($1 AS DATE)'),
  SNOWMELT_JSON: { duckdb: 'json_extract_string($1, $2)', spark: 'get_json_object($1, $2)' },
  SNOWMELT_MATCHES: { duckdb: 'regexp_full_match($1, $2)', spark: "($1 RLIKE concat('(?d)^(?:', $2, ')\\\\z'))" },
  // Spark rounds the shortest decimal text of a FLOAT, DuckDB the FLOAT.
  SNOWMELT_HALVES: { duckdb: '$1', spark: '(round($1 * power(10D, $2)) / power(10D, $2))' },
  SNOWMELT_PERCENTILE: { duckdb: 'quantile_cont(CAST($1 AS DOUBLE), $2)', spark: 'percentile(CAST($1 AS DOUBLE), $2)' },
  SNOWMELT_LIST: {
    duckdb: "coalesce(string_agg($1, $2 ORDER BY $3 ASC NULLS LAST, $1), '')",
    spark: listOf('array_sort'),
  },
  SNOWMELT_LIST_DESC: {
    duckdb: "coalesce(string_agg($1, $2 ORDER BY $3 DESC NULLS FIRST, $1 DESC), '')",
    spark: listOf('reverse(array_sort', ')'),
  },
  SNOWMELT_LIST_DISTINCT: {
    duckdb: "coalesce(string_agg(DISTINCT $1, $2 ORDER BY $1), '')",
    spark: 'array_join(array_sort(collect_set($1)), $2)',
  },
};

function listOf(sort: string, close = ''): string {
  const item = "CASE WHEN $1 IS NOT NULL THEN named_struct('n', $3 IS NULL, 'k', $3, 'v', $1) END";
  return `array_join(transform(${sort}(collect_list(${item}))${close}, s -> s.v), $2)`;
}
