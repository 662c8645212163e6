import type { PartitionEntry } from '../lake/commit.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { WrittenPartition } from '../ports/data-file.ts';
import type { DayFigures } from '../ports/measure.ts';
import type { Check, Expectation, Severity } from './check.ts';
import { type DatedFigure, publishedFigure, writtenFigure } from './figure-history.ts';
import { judgeAge } from './judge-age.ts';
import { judgeFigure } from './judge-figure.ts';

/** A build before it is published, and the table as it is. */
export interface BuildFacts {
  readonly shape: 'snapshot' | 'event';
  readonly partitions: readonly WrittenPartition[];
  readonly measured: readonly DayFigures[];
  /** Violations of the build as a whole, by measure. */
  readonly violations: Readonly<Record<string, number>>;
  readonly published: ReadonlyMap<LogicalDate, PartitionEntry>;
  /** True: published partitions that were not written now cease to exist. */
  readonly replacesAll: boolean;
  /** The instant that ages count back from. */
  readonly now: Date;
}

/** How one check went on one partition; without `partition`, on the whole build. */
export interface Verdict {
  readonly check: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly partition?: LogicalDate;
  readonly isBroken: boolean;
  readonly violations: number;
  readonly rows: number;
  /** The figure that was judged, where it is one. */
  readonly measured?: number;
  /** What is wrong, or why nothing could be said. */
  readonly detail?: string;
}

/** Judges a build by its checks, partition by partition. Pure. */
export function judgeBuild(checks: readonly Check[], facts: BuildFacts): readonly Verdict[] {
  return checks.flatMap((check) => judgeCheck(check, check.expects ?? { kind: 'total', measure: check.id }, facts));
}

type Finding = Pick<Verdict, 'isBroken' | 'violations' | 'measured' | 'detail'>;

function judgeCheck(check: Check, expects: Expectation, facts: BuildFacts): readonly Verdict[] {
  const { id, severity, kind = 'rule' } = check;
  const base = { check: id, kind, severity };
  const whole = (finding: Finding): Verdict[] => [{ ...base, ...finding, rows: rowsOf(facts.partitions) }];
  const each = (judge: (partition: WrittenPartition) => Finding): Verdict[] =>
    facts.partitions.map((partition) => ({ ...base, partition: partition.day, rows: partition.rows, ...judge(partition) }));
  switch (expects.kind) {
    case 'fixed':
      return whole(found(expects.violations, false, expects.detail));
    case 'total': {
      const violations = facts.violations[expects.measure] ?? 0;
      return whole(found(violations, violations <= (expects.maxRows ?? 0)));
    }
    case 'fresh':
      return whole(judgeAge(expects, facts));
    case 'violations':
      return each((partition) => judgeViolations(expects, partition, facts));
    case 'figure': {
      const history = historyOf(expects, facts);
      return each((partition) => judgeOne(expects, partition, history, facts));
    }
  }
}

function found(violations: number, isTolerated: boolean, detail?: string): Finding {
  return { isBroken: violations > 0 && !isTolerated, violations, ...(detail === undefined ? {} : { detail }) };
}

function judgeViolations(expects: Extract<Expectation, { kind: 'violations' }>, partition: WrittenPartition, facts: BuildFacts): Finding {
  const { measure, maxRows, maxPercent } = expects;
  const violations = writtenFigure({ measure, title: measure }, partition, facts.measured) ?? facts.violations[measure] ?? 0;
  if (maxRows === undefined && maxPercent === undefined) return found(violations, false);
  const isTolerated = violations <= (maxRows ?? violations) && violations * 100 <= partition.rows * (maxPercent ?? 100);
  return found(violations, isTolerated, violations === 0 ? undefined : toleranceText(violations, partition.rows, maxRows, maxPercent));
}

function toleranceText(violations: number, rows: number, maxRows: number | undefined, maxPercent: number | undefined): string {
  const share = rows === 0 ? '' : ` (${Number(((violations / rows) * 100).toPrecision(3))} %)`;
  const allowed = [...(maxRows === undefined ? [] : [`${maxRows} rows`]), ...(maxPercent === undefined ? [] : [`${maxPercent} %`])];
  return `${violations} of ${rows} rows${share}, expected at most ${allowed.join(' and ')}`;
}

function judgeOne(
  expects: Extract<Expectation, { kind: 'figure' }>,
  partition: WrittenPartition,
  history: readonly DatedFigure[],
  facts: BuildFacts,
): Finding {
  const value = writtenFigure(expects.figure, partition, facts.measured);
  const entry = facts.published.get(partition.day);
  const replaced = entry === undefined ? undefined : publishedFigure(expects.figure, entry);
  const before = history.slice(0, countBefore(history, partition.day));
  const wrong = judgeFigure(expects, value, { day: partition.day, before, replaced });
  return { ...found(wrong === undefined ? 0 : 1, false, wrong), ...(value === null || Number.isNaN(value) ? {} : { measured: value }) };
}

// The figures of all days, published or about to be, oldest first.
function historyOf(
  expects: Extract<Expectation, { kind: 'figure' }>,
  { partitions, measured, published }: BuildFacts,
): readonly DatedFigure[] {
  if (expects.change === undefined && expects.anomaly === undefined) return [];
  const byDay = new Map<LogicalDate, number>();
  for (const [day, entry] of published) {
    const value = publishedFigure(expects.figure, entry);
    if (value !== undefined) byDay.set(day, value);
  }
  for (const partition of partitions) {
    const value = writtenFigure(expects.figure, partition, measured);
    if (value === null || Number.isNaN(value)) byDay.delete(partition.day);
    else byDay.set(partition.day, value);
  }
  return [...byDay].map(([day, value]) => ({ day, value })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

function countBefore(history: readonly DatedFigure[], day: LogicalDate): number {
  let [low, high] = [0, history.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((history[middle]?.day ?? day) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rowsOf(partitions: readonly WrittenPartition[]): number {
  return partitions.reduce((sum, { rows }) => sum + rows, 0);
}
