import { secondsIn } from '../define/duration.ts';
import type { CheckDefinition } from '../define/pipeline-schema.ts';
import type { Column } from '../sql/column-type.ts';
import type { Expectation, FigureSource } from './check.ts';
import { compareSchema } from './compare-schema.ts';
import { figureOf } from './figure-of.ts';

/** How a check is judged once it has been measured. */
export function expectationOf(check: CheckDefinition, id: string, columns: readonly Column[]): Expectation {
  switch (check.kind) {
    case 'schema':
      return { kind: 'fixed', ...compareSchema(check.columns, check.match, columns) };
    case 'rowCount':
      return { kind: 'figure', figure: sourceOf(check, columns), ...boundsOf(check) };
    case 'aggregate':
      return { kind: 'figure', figure: sourceOf(check, columns), ...boundsOf(check) };
    case 'anomaly': {
      const { sensitivity, history, minHistory, ignoreBelowPercent, direction, seasonality } = check;
      const anomaly = { sensitivity, history, minHistory, ignoreBelowPercent, direction, seasonality };
      return { kind: 'figure', figure: sourceOf(check, columns), anomaly };
    }
    case 'freshness':
      return { kind: 'fresh', figure: sourceOf(check, columns), maxAgeSeconds: secondsIn(check.maxAge) };
    case 'unique':
      return { kind: 'violations', measure: id };
    case 'sql':
      return check.query === undefined
        ? { kind: 'violations', measure: id, ...toleranceOf(check) }
        : { kind: 'total', measure: id, ...rowsOf(check) };
    default:
      return { kind: 'violations', measure: id, ...toleranceOf(check) };
  }
}

function sourceOf(check: Parameters<typeof figureOf>[0], columns: readonly Column[]): FigureSource {
  const { metric: _metric, column: _column, ...source } = figureOf(check, columns);
  return source;
}

function boundsOf({ min, max, change }: Extract<CheckDefinition, { kind: 'rowCount' | 'aggregate' }>) {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }), ...(change === undefined ? {} : { change }) };
}

function rowsOf({ maxRows }: { readonly maxRows?: number | undefined }) {
  return maxRows === undefined ? {} : { maxRows };
}

function toleranceOf({ maxRows, maxPercent }: { readonly maxRows?: number | undefined; readonly maxPercent?: number | undefined }) {
  return { ...rowsOf({ maxRows }), ...(maxPercent === undefined ? {} : { maxPercent }) };
}
