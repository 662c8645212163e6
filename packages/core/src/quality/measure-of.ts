import type { FooterQuestion, Measure } from '../ports/measure.ts';
import { type Column, typeOf } from '../sql/column-type.ts';
import { matches } from '../sql/conditions.ts';
import { forBoth, type Scalar, type Words } from '../sql/render.ts';
import { ROWS } from './check.ts';
import { figureOf } from './figure-of.ts';
import type { RenderedCheck } from './rendered-check.ts';
import { rowCondition } from './row-condition.ts';

/** What must be measured of the rows for a check; undefined where nothing must, or where one measure does not tell. */
export function measureOf(check: RenderedCheck, id: string, columns: readonly Column[]): Measure | undefined {
  switch (check.kind) {
    case 'notNull':
      return { id, sql: forBoth((words) => countOfNulls(check.column, words)), footer: { kind: 'nulls', column: check.column } };
    case 'range':
      return { id, sql: countOf(check, columns), ...footerOfRange(check, columns) };
    case 'acceptedValues':
      return { id, sql: forBoth((words) => countOfOthers(words.name(check.column), isOneOf(check, columns, words))) };
    case 'pattern':
      return {
        id,
        sql: forBoth((words) => countOfOthers(words.name(check.column), matches(words.name(check.column), check.pattern, words))),
      };
    case 'sql':
      if (check.condition === undefined) return undefined;
      return { id, sql: forBoth(({ dialect }) => countOfOthers('*', `(${check.rendered?.[dialect] ?? 'TRUE'})`)) };
    case 'aggregate':
    case 'anomaly':
    case 'freshness': {
      const { measure, footer, metric, column = '' } = figureOf(check, columns);
      if (measure === ROWS) return undefined;
      return { id: measure, sql: forBoth((words) => aggregateOf(metric, column, words)), ...(footer === undefined ? {} : { footer }) };
    }
    default:
      return undefined;
  }
}

function countOf(check: RenderedCheck, columns: readonly Column[]) {
  return forBoth((words) => `COUNT(CASE WHEN ${rowCondition(check, columns, words)} THEN 1 END)`);
}

// Counting what is right is cheaper than counting what is wrong: an engine may judge each value of a dictionary once.
function countOfOthers(all: string, condition: string): string {
  return `COUNT(${all}) - COUNT(CASE WHEN ${condition} THEN 1 END)`;
}

function isOneOf(check: Extract<RenderedCheck, { kind: 'acceptedValues' }>, columns: readonly Column[], words: Words): string {
  const values = check.values.map((value) => words.constant(value, typeOf(check.column, columns))).join(', ');
  const name = words.name(check.column);
  return words.dialect === 'duckdb' ? `list_contains([${values}], ${name})` : `array_contains(array(${values}), ${name})`;
}

function countOfNulls(column: string, words: Words): string {
  return `COUNT(*) - COUNT(${words.name(column)})`;
}

function footerOfRange(
  { column: name, min, max }: { readonly column: string; readonly min?: Scalar | undefined; readonly max?: Scalar | undefined },
  columns: readonly Column[],
): { readonly footer: FooterQuestion } {
  const column = { name, type: typeOf(name, columns) };
  const bounds = { ...(min === undefined ? {} : { min: String(min) }), ...(max === undefined ? {} : { max: String(max) }) };
  return { footer: { kind: 'outside', column, ...bounds } };
}

function aggregateOf(metric: string, column: string, words: Words): string {
  const name = words.name(column);
  switch (metric) {
    case 'nullRate':
      return countOfNulls(column, words);
    case 'distinct':
      return `COUNT(DISTINCT ${name})`;
    case 'mean':
      return `AVG(${name})`;
    case 'newest':
      return secondsOf(`MAX(${name})`, words);
    default:
      return `${metric.toUpperCase()}(${name})`;
  }
}

function secondsOf(value: string, words: Words): string {
  return words.dialect === 'duckdb'
    ? `epoch(CAST(${value} AS TIMESTAMP))`
    : `unix_micros(CAST(CAST(${value} AS TIMESTAMP_NTZ) AS TIMESTAMP_LTZ)) / 1000000`;
}
