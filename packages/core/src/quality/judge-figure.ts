import { formatCount } from '../messages/format-count.ts';
import type { AnomalyBound, ChangeBound, Expectation, FigureSource } from './check.ts';
import type { DatedFigure } from './figure-history.ts';

type FigureExpectation = Extract<Expectation, { kind: 'figure' }>;

/** What a figure is held against: the partitions before it, oldest first, and what it is about to replace. */
export interface FigureContext {
  readonly day: string;
  readonly before: readonly DatedFigure[];
  readonly replaced: number | undefined;
}

/** Says what is wrong with a figure; undefined: nothing. Values of rows are not shown. */
export function judgeFigure(expects: FigureExpectation, value: number | null, context: FigureContext): string | undefined {
  const { figure, min, max, change, anomaly } = expects;
  if (value === null) return min === undefined && max === undefined ? undefined : `no row has a value for ${figure.title}`;
  return (
    judgeBounds(figure, value, min, max) ??
    (change === undefined ? undefined : judgeChange(figure, value, change, context)) ??
    (anomaly === undefined ? undefined : judgeAnomaly(figure, value, anomaly, context))
  );
}

function judgeBounds(figure: FigureSource, value: number, min: number | undefined, max: number | undefined): string | undefined {
  // NaN is inside no bounds.
  if (min !== undefined && !(value >= min)) return `${show(figure, value)}, expected at least ${formatFigure(min)}`;
  return max !== undefined && !(value <= max) ? `${show(figure, value)}, expected at most ${formatFigure(max)}` : undefined;
}

function judgeChange(figure: FigureSource, value: number, { maxPercent, direction, against }: ChangeBound, context: FigureContext) {
  const last = context.before.findLast((one) => one.value !== 0);
  const base = against === 'replaced' ? context.replaced : last?.value;
  // Nothing is how many per cent more than nothing?
  if (base === undefined || base === 0) return undefined;
  const percent = ((value - base) / Math.abs(base)) * 100;
  if (!isThatWay(percent, direction) || Math.abs(percent) <= maxPercent) return undefined;
  const from = against === 'replaced' ? 'what it would replace' : (last?.day ?? '');
  return `${show(figure, value)}, ${formatFigure(Math.abs(percent))} % ${percent < 0 ? 'less' : 'more'} than ${from}; expected at most ${formatFigure(maxPercent)} %`;
}

function judgeAnomaly(figure: FigureSource, value: number, bound: AnomalyBound, { day, before }: FigureContext): string | undefined {
  const limits = anomalyLimits(bound, day, before);
  if (limits === undefined || Number.isNaN(value)) return undefined;
  const { low, high, seen } = limits;
  if ((value >= low || bound.direction === 'rise') && (value <= high || bound.direction === 'drop')) return undefined;
  const usual = figure.isValue === true ? '' : `: ${formatFigure(low)} to ${formatFigure(high)}`;
  return `${show(figure, value)}, outside what ${seen} partitions before let expect${usual}`;
}

/** The bounds that the partitions before give: the median, and robust standard deviations (MAD) around it; undefined: too few. */
function anomalyLimits(
  { sensitivity, history, minHistory, ignoreBelowPercent, seasonality }: AnomalyBound,
  day: string,
  before: readonly DatedFigure[],
): { readonly low: number; readonly high: number; readonly seen: number } | undefined {
  const alike = seasonality === 'weekday' ? before.filter((one) => weekday(one.day) === weekday(day)) : before;
  const values = alike.slice(-history).map((one) => one.value);
  if (values.length < minHistory) return undefined;
  const middle = median(values);
  // The factor makes the median deviation of a normal distribution its standard deviation.
  const deviation = median(values.map((value) => Math.abs(value - middle))) * 1.4826;
  const width = Math.max(sensitivity * deviation, (Math.abs(middle) * ignoreBelowPercent) / 100);
  return { low: middle - width, high: middle + width, seen: values.length };
}

function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[half - 1] ?? 0, sorted[half] ?? 0];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}

function isThatWay(percent: number, direction: ChangeBound['direction']): boolean {
  return direction === 'both' || (direction === 'drop' ? percent < 0 : percent > 0);
}

function show({ title, isValue }: FigureSource, value: number): string {
  if (isValue === true) return title;
  return title === 'rows' ? `${formatCount(value)} ${value === 1 ? 'row' : 'rows'}` : `${title} is ${formatFigure(value)}`;
}

/** A figure as people read it: counts whole, others to six digits. */
function formatFigure(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(6)));
}
