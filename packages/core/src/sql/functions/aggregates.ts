import { type KnownFunction, simpleForms, translatedForms } from './known-function.ts';

const ofDoubles = (name: string) => [`${name}(CAST($1 AS DOUBLE))`] as const;

/** Functions over many rows. */
export const AGGREGATES: readonly KnownFunction[] = [
  { name: 'AVG', args: [1, 1], kinds: { 1: ['float'] }, meaning: 'mean of FLOATs', duckdb: 'avg($1)', spark: 'avg($1)' },
  ...simpleForms([
    [
      'MEDIAN',
      1,
      'the middle value, or the mean of two, a FLOAT',
      'quantile_cont(CAST($1 AS DOUBLE), 0.5)',
      'percentile(CAST($1 AS DOUBLE), 0.5D)',
    ],
    ['COUNT_IF', 1, 'how often it is true', 'count_if($1)'],
    ['BOOLAND_AGG', 1, 'whether all are true', 'bool_and($1)'],
    ['BOOLOR_AGG', 1, 'whether one is true', 'bool_or($1)'],
    ['MAX_BY', 2, 'the first of the row with the greatest second; leave no tie', 'arg_max_null($1, $2)', 'max_by($1, $2)'],
    ['MIN_BY', 2, 'the first of the row with the least second; leave no tie', 'arg_min_null($1, $2)', 'min_by($1, $2)'],
    ['STDDEV', 1, 'standard deviation of a sample', ...ofDoubles('stddev_samp')],
    ['STDDEV_SAMP', 1, 'standard deviation of a sample', ...ofDoubles('stddev_samp')],
    ['STDDEV_POP', 1, 'standard deviation of all', ...ofDoubles('stddev_pop')],
    ['VARIANCE', 1, 'variance of a sample', ...ofDoubles('var_samp')],
    ['VAR_SAMP', 1, 'variance of a sample', ...ofDoubles('var_samp')],
    ['VAR_POP', 1, 'variance of all', ...ofDoubles('var_pop')],
    ['CORR', 2, 'correlation', 'corr(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))'],
    ['COVAR_POP', 2, 'covariance of all', 'covar_pop(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))'],
    ['COVAR_SAMP', 2, 'covariance of a sample', 'covar_samp(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))'],
  ]),
  ...translatedForms([
    ['SUM', 'sum'],
    ['COUNT', 'how many are not NULL; with DISTINCT, how many different ones'],
    ['MIN', 'the least'],
    ['MAX', 'the greatest'],
    ['LISTAGG', 'texts in the order of WITHIN GROUP, with a text between; an empty text of no rows'],
    ['PERCENTILE_CONT', 'with WITHIN GROUP: the value below which this share lies, interpolated, a FLOAT'],
    ['ROW_NUMBER', 'number in the window'],
    ['RANK', 'rank with gaps'],
    ['DENSE_RANK', 'rank without gaps'],
    ['PERCENT_RANK', 'rank from 0 to 1'],
    ['CUME_DIST', 'share of rows up to this one'],
    ['NTILE', 'equal parts'],
    ['LAG', 'the value some rows before'],
    ['LEAD', 'the value some rows after'],
    ['FIRST_VALUE', 'the value of the first row of the window'],
    ['LAST_VALUE', 'the value of the last row of the window'],
    ['GROUPING', 'whether the row is summed up over the column'],
  ]),
];
