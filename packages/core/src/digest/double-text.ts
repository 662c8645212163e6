import type { Column } from '../sql/column-type.ts';
import { quoteIdentifier } from '../sql/text.ts';

type Dialect = 'snowflake' | 'duckdb';

const FLOAT: Readonly<Record<Dialect, string>> = { snowflake: 'FLOAT', duckdb: 'DOUBLE' };
const INTEGER: Readonly<Record<Dialect, string>> = { snowflake: 'NUMBER(38,0)', duckdb: 'BIGINT' };

// No column of the lake has such a name.
const part = (letter: string, { name }: Column): string => quoteIdentifier(`~${letter} ${name}`, 'duckdb');

/**
 * Takes doubles apart, step by step: engines print them in different ways, but all multiply by powers of two exactly. Gives what
 * stands behind FROM: the rows, and for each double x its size y (absent for zero and what is not finite), about the logarithm e
 * of that, and y divided by the e-th power of two, m.
 */
export function splitDoubles(columns: readonly Column[], from: string, dialect: Dialect): string {
  const doubles = columns.filter(({ type }) => type.kind === 'double');
  if (doubles.length === 0) return from;
  const two = `2::${FLOAT[dialect]}`;
  const steps: readonly ((column: Column) => string)[] = [
    (column) => {
      const x = quoteIdentifier(column.name, dialect);
      return `CASE WHEN ABS(${x}) < 'inf'::${FLOAT[dialect]} AND ${x} <> 0 THEN ABS(${x}) END AS ${part('y', column)}`;
    },
    (column) => `FLOOR(LN(${part('y', column)}) / LN(${two})) AS ${part('e', column)}`,
    (column) => {
      // In two steps, because one factor alone would be beyond the largest double for the smallest ones.
      const [y, e] = [part('y', column), part('e', column)];
      const half = `FLOOR(${e} * 0.5)`;
      return `${y} * POWER(${two}, -${half}) * POWER(${two}, ${half} - ${e}) AS ${part('m', column)}`;
    },
  ];
  return steps.reduce((rows, step, at) => `(SELECT *, ${doubles.map(step).join(', ')} FROM ${rows}) AS "x${at}"`, from);
}

/**
 * The SQL for the bits of a double that was taken apart, as `sign integer p exponent`. The logarithm may be one off near a
 * power of two, which is put right here. Both zeros are the same value.
 */
export function doubleText(column: Column, dialect: Dialect): string {
  const x = quoteIdentifier(column.name, dialect);
  const [e, m] = [part('e', column), part('m', column)];
  const pick = (large: string, small: string, right: string): string =>
    `CASE WHEN ${m} >= 2 THEN ${large} WHEN ${m} < 1 THEN ${small} ELSE ${right} END`;
  const text = (value: string): string => `CAST(CAST(${value} AS ${INTEGER[dialect]}) AS VARCHAR)`;
  const digits = text(`${pick(`${m} * 0.5`, `${m} * 2`, m)} * 4503599627370496`);
  const bits = `CONCAT(CASE WHEN ${x} < 0 THEN '-' ELSE '' END, ${digits}, 'p', ${text(pick(`${e} + 1`, `${e} - 1`, e))})`;
  const infinite = ['inf', '-inf'].map((name) => `WHEN ${x} = '${name}'::${FLOAT[dialect]} THEN '${name}'`).join(' ');
  return `CASE WHEN ${x} = 0 THEN '0' ${infinite} WHEN ${x} IS NOT NULL THEN CASE WHEN ${e} IS NULL THEN 'NaN' ELSE ${bits} END END`;
}
