import { type KnownFunction, simpleForms, translatedForms } from './known-function.ts';

const FLOAT = { 1: ['float'] } as const;
const NUMBER = { 1: ['number'] } as const;
const zero = "CASE WHEN $2 = 0 THEN error('Division by zero') ELSE $2 END";

/** Functions of numbers, and those that choose between values. */
export const NUMBERS: readonly KnownFunction[] = [
  ...simpleForms([
    ['ABS', 1, 'without its sign', 'abs($1)'],
    ['CEIL', 1, 'the next whole number up', 'ceil($1)'],
    ['FLOOR', 1, 'the next whole number down', 'floor($1)'],
    ['SIGN', 1, '-1, 0 or 1', 'sign($1)'],
    [
      'SQRT',
      1,
      'square root',
      'sqrt(CAST($1 AS DOUBLE))',
      "CASE WHEN $1 < 0 THEN raise_error('Square root of a negative number') ELSE sqrt($1) END",
    ],
    ['EXP', 1, 'power of e', 'exp(CAST($1 AS DOUBLE))', 'exp($1)'],
    [
      'LN',
      1,
      'natural logarithm',
      'ln(CAST($1 AS DOUBLE))',
      "CASE WHEN $1 <= 0 THEN CAST(raise_error('Logarithm of a number that is not positive') AS DOUBLE) ELSE ln($1) END",
    ],
    ['POWER', 2, 'power', 'power(CAST($1 AS DOUBLE), $2)', 'power($1, $2)'],
    ['POW', 2, 'power', 'power(CAST($1 AS DOUBLE), $2)', 'power($1, $2)'],
    ['SQUARE', 1, 'times itself, a FLOAT', '(CAST($1 AS DOUBLE) * CAST($1 AS DOUBLE))'],
    ['MOD', 2, 'remainder, with the sign of the first', `($1 % ${zero})`, '($1 % $2)'],
    ['TRUNC', 1, 'without its decimals', 'trunc($1)', 'CASE WHEN $1 < 0 THEN ceil($1) ELSE floor($1) END'],
    ['BITAND', 2, 'bits that both have', '($1 & $2)'],
    ['BITOR', 2, 'bits that one of them has', '($1 | $2)'],
    ['BITXOR', 2, 'bits that only one of them has', 'xor($1, $2)', '($1 ^ $2)'],
    ['GREATEST', [1, 99], 'the greatest; NULL if one is NULL', 'CASE WHEN $? THEN NULL ELSE greatest($*) END'],
    ['LEAST', [1, 99], 'the least; NULL if one is NULL', 'CASE WHEN $? THEN NULL ELSE least($*) END'],
    ['COALESCE', [1, 99], 'the first that is not NULL', 'coalesce($*)'],
    ['NVL', 2, 'the second where the first is NULL', 'coalesce($1, $2)'],
    ['IFNULL', 2, 'the second where the first is NULL', 'coalesce($1, $2)'],
    ['NVL2', 3, 'the second where the first is a value, else the third', 'CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END'],
    ['NULLIF', 2, 'NULL where both are equal', 'nullif($1, $2)'],
    ['IFF', 3, 'the second where the first is true, else the third', 'CASE WHEN $1 THEN $2 ELSE $3 END'],
    ['ZEROIFNULL', 1, '0 for NULL', 'coalesce($1, 0)'],
    ['NULLIFZERO', 1, 'NULL for 0', 'nullif($1, 0)'],
    ['EQUAL_NULL', 2, 'equal, or both NULL', '($1 IS NOT DISTINCT FROM $2)', '($1 <=> $2)'],
  ]),
  { name: 'ROUND', args: [1, 1], meaning: 'to a whole number, halves away from zero', duckdb: 'round($1)', spark: 'round($1)' },
  {
    name: 'ROUND',
    args: [2, 2],
    kinds: NUMBER,
    meaning: 'to so many decimals, halves away from zero',
    duckdb: 'round($1, $2)',
    spark: 'round($1, $2)',
  },
  {
    name: 'ROUND',
    args: [2, 2],
    kinds: FLOAT,
    meaning: 'to so many decimals, as the FLOAT is in binary',
    // Spark rounds the shortest decimal text of a FLOAT, DuckDB the FLOAT.
    duckdb: 'round($1, $2)',
    spark: '(round($1 * power(10D, $2)) / power(10D, $2))',
  },
  ...([1, 2] as const).map((at) => ({
    name: 'DIV0',
    args: [2, 2] as const,
    kinds: { [at]: ['float'] as const },
    meaning: 'the quotient of FLOATs, 0 where the second is 0',
    duckdb: 'CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN 0 ELSE $1 / $2 END',
    spark: 'CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN 0 ELSE try_divide($1, $2) END',
  })),
  ...translatedForms([['DECODE', 'the result beside the first equal value; NULL equals NULL']]),
];
