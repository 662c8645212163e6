import type { LogicalDate } from '../layout/logical-date.ts';
import type { Check, Expectation } from './check.ts';
import type { DatedFigure } from './figure-history.ts';
import { judgeFigure } from './judge-figure.ts';

type FigureExpectation = Extract<Expectation, { kind: 'figure' }>;

/** A check of a figure. */
export interface FigureCheck extends Check {
  readonly expects: FigureExpectation;
}

/** What a check would have said of every partition, had it been there when they came. */
export interface Backtest {
  readonly check: string;
  readonly severity: Check['severity'];
  readonly partitions: number;
  readonly fired: readonly { readonly day: LogicalDate; readonly value: number; readonly detail: string }[];
}

/** The checks of a dataset that are about figures, so that history can tell how they would have gone. */
export function figureChecks(checks: readonly Check[]): readonly FigureCheck[] {
  return checks.flatMap((check) => (check.expects?.kind === 'figure' ? [{ ...check, expects: check.expects }] : []));
}

/** Judges the partitions of a table one after the other, each by those before it. `figures`: oldest first. */
export function backtestCheck({ id, severity, expects }: FigureCheck, figures: readonly DatedFigure[]): Backtest {
  const fired = figures.flatMap(({ day, value }, index) => {
    const detail = judgeFigure(expects, value, { day, before: figures.slice(0, index), replaced: undefined });
    return detail === undefined ? [] : [{ day, value, detail }];
  });
  return { check: id, severity, partitions: figures.length, fired };
}
