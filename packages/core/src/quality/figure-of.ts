import type { CheckDefinition } from '../define/pipeline-schema.ts';
import type { FooterQuestion } from '../ports/measure.ts';
import { type Column, typeOf } from '../sql/column-type.ts';
import { type FigureSource, ROWS } from './check.ts';

/** A figure, and how it is computed. */
interface ComputedFigure extends FigureSource {
  readonly metric: string;
  readonly column?: string;
}

type FigureCheck = Extract<CheckDefinition, { kind: 'aggregate' | 'anomaly' | 'freshness' | 'rowCount' }>;

/** The figure that a check is about. Figures of one name are the same figure, in whichever check. */
export function figureOf(check: FigureCheck, columns: readonly Column[]): ComputedFigure {
  switch (check.kind) {
    case 'rowCount':
      return rows();
    case 'freshness':
      return computed('newest', check.column, columns);
    case 'aggregate':
      return computed(check.function, check.column, columns);
    case 'anomaly':
      return check.column === undefined ? rows() : computed(check.metric, check.column, columns);
  }
}

function rows(): ComputedFigure {
  return { measure: ROWS, title: 'rows', metric: 'rowCount' };
}

function computed(metric: string, name: string, columns: readonly Column[]): ComputedFigure {
  const title = `${metric}(${name})`;
  const column = { name, type: typeOf(name, columns) };
  const base = { measure: title, title, metric, column: name };
  switch (metric) {
    case 'nullRate':
      return { ...base, isShare: true, footer: { kind: 'nulls', column: name } };
    case 'min':
    case 'max':
      return { ...base, isValue: true, footer: { kind: metric, column } satisfies FooterQuestion };
    case 'newest':
      return { ...base, footer: { kind: 'max', column } satisfies FooterQuestion };
    default:
      return base;
  }
}
