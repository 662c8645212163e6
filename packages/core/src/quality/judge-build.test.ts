import { describe, expect, it } from 'vitest';
import type { PartitionEntry } from '../lake/commit.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { ColumnStatistics } from '../ports/data-file.ts';
import type { Check, Expectation } from './check.ts';
import { type BuildFacts, judgeBuild } from './judge-build.ts';
import { summariseVerdicts } from './summarise-verdicts.ts';

const [first, second, third] = ['2024-01-14', '2024-01-15', '2024-01-16'].map(logicalDate) as [never, never, never];
const check = (expects: Expectation | undefined, severity: Check['severity'] = 'error'): Check => ({
  id: 'c',
  severity,
  kind: 'k',
  ...(expects === undefined ? {} : { expects }),
});
const file = (rows: number, columns: Record<string, ColumnStatistics> = {}) => ({
  key: objectKey('silver/x.parquet'),
  rows,
  bytes: 1,
  checksum: '',
  columns,
});
const written = (day: never, rows: number, columns?: Record<string, ColumnStatistics>) => ({ day, rows, files: [file(rows, columns)] });
const entry = (rows: number, more: Partial<PartitionEntry> = {}): PartitionEntry => ({
  version: 1,
  fingerprint: 'f',
  rows,
  files: [file(rows)],
  refused: { rows: 0, files: [] },
  inputs: {},
  ...more,
});
const facts = (more: Partial<BuildFacts>): BuildFacts => ({
  shape: 'event',
  partitions: [written(first, 10), written(second, 20)],
  measured: [],
  violations: {},
  published: new Map(),
  replacesAll: false,
  now: new Date('2024-01-16T00:00:00Z'),
  ...more,
});
const broken = (expects: Expectation, more: Partial<BuildFacts>) =>
  judgeBuild([check(expects)], facts(more)).flatMap(({ isBroken, partition = 'all' }) => (isBroken ? [partition] : []));
const byDay = (...counts: readonly (number | null)[]) =>
  [first, second].map((day, index) => ({ day, figures: { m: counts[index] ?? null } }));

describe('violations', () => {
  it('are judged for each partition, absolutely and in per cent of its rows', () => {
    const measured = byDay(2, 2);
    expect(broken({ kind: 'violations', measure: 'm' }, { measured })).toEqual([first, second]);
    expect(broken({ kind: 'violations', measure: 'm', maxRows: 2 }, { measured })).toEqual([]);
    expect(broken({ kind: 'violations', measure: 'm', maxPercent: 10 }, { measured })).toEqual([first]);
    expect(broken({ kind: 'violations', measure: 'm', maxPercent: 20, maxRows: 1 }, { measured })).toEqual([first, second]);
    expect(judgeBuild([check({ kind: 'violations', measure: 'm', maxPercent: 10 })], facts({ measured }))).toMatchObject([
      { violations: 2, rows: 10, detail: '2 of 10 rows (20 %), expected at most 10 %' },
      { violations: 2, rows: 20, detail: '2 of 20 rows (10 %), expected at most 10 %' },
    ]);
  });

  it('of a day that a scan does not name are none, and those of one scan of all rows are those of the only partition', () => {
    expect(broken({ kind: 'violations', measure: 'm' }, { measured: [{ day: second, figures: { m: 1 } }] })).toEqual([second]);
    const alone = { shape: 'snapshot', partitions: [written(first, 10)] } as const;
    expect(broken({ kind: 'violations', measure: 'm' }, { ...alone, measured: [{ figures: { m: 1 } }] })).toEqual([first]);
    expect(broken({ kind: 'violations', measure: 'm' }, { ...alone, violations: { m: 1 } })).toEqual([first]);
  });

  it('of the whole build are one verdict', () => {
    expect(broken({ kind: 'total', measure: 'm', maxRows: 3 }, { violations: { m: 3 } })).toEqual([]);
    expect(broken({ kind: 'total', measure: 'm', maxRows: 2 }, { violations: { m: 3 } })).toEqual(['all']);
    expect(judgeBuild([check(undefined)], facts({ violations: { c: 1 } }))).toMatchObject([{ isBroken: true, rows: 30 }]);
  });
});

describe('a figure', () => {
  const rowCount = { kind: 'figure', figure: { measure: 'rows', title: 'rows' } } as const;
  const change = { maxPercent: 20, direction: 'both', against: 'previous' } as const;

  it('is held against the day before, published or made together with it, whatever the order', () => {
    const published = new Map([[first, entry(99)]]);
    expect(broken({ ...rowCount, change }, { published })).toEqual([second]);
    expect(broken({ ...rowCount, change }, { partitions: [written(second, 100)], published })).toEqual([]);
    expect(broken({ ...rowCount, change }, { partitions: [written(second, 20), written(first, 19)] })).toEqual([]);
  });

  it('may be held against what it replaces', () => {
    const published = new Map([
      [first, entry(10)],
      [second, entry(30)],
    ]);
    expect(broken({ ...rowCount, change: { ...change, against: 'replaced' } }, { published })).toEqual([second]);
  });

  it('is taken from what was recorded, or from footers', () => {
    const figure = { measure: 'm', title: 'm', footer: { kind: 'nulls', column: 'x' }, isShare: true } as const;
    const expects = { kind: 'figure', figure, change } as const;
    const recorded = new Map([[first, entry(10, { measures: { m: 5 } })]]);
    const footers = new Map([[first, entry(10, { files: [file(10, { x: { nulls: 5 } })] })]]);
    for (const published of [recorded, footers]) {
      expect(broken(expects, { published, partitions: [written(second, 20)], measured: [{ day: second, figures: { m: 10 } }] })).toEqual(
        [],
      );
      expect(broken(expects, { published, partitions: [written(second, 20)], measured: [{ day: second, figures: { m: 14 } }] })).toEqual([
        second,
      ]);
    }
    const unknown = new Map([[first, entry(10)]]);
    expect(
      broken(expects, { published: unknown, partitions: [written(second, 20)], measured: [{ day: second, figures: { m: 20 } }] }),
    ).toEqual([]);
  });
});

describe('freshness', () => {
  const column = { name: 'at', type: { kind: 'timestamp' } } as const;
  const figure = { measure: 'm', title: 'newest(at)', footer: { kind: 'max', column } } as const;
  const fresh = { kind: 'fresh', figure, maxAgeSeconds: 86_400 } as const;
  const seconds = (text: string) => Date.parse(text) / 1000;

  it('is that of the newest row, also of days that stay', () => {
    const measured = byDay(seconds('2024-01-14T10:00:00Z'), seconds('2024-01-15T00:00:00Z'));
    expect(broken(fresh, { measured })).toEqual([]);
    const old = byDay(seconds('2024-01-14T10:00:00Z'), seconds('2024-01-14T12:00:00Z'));
    expect(judgeBuild([check(fresh)], facts({ measured: old }))).toMatchObject([
      { isBroken: true, detail: 'the newest row is 1.5 days old, expected at most 1 day' },
    ]);
    const published = new Map([[third, entry(5, { files: [file(5, { at: { nulls: 0, max: '2024-01-16 01:00:00' } })] })]]);
    expect(broken(fresh, { measured: old, published })).toEqual([]);
    expect(broken(fresh, { measured: old, published, replacesAll: true })).toEqual(['all']);
    expect(broken(fresh, { measured: old, published, shape: 'snapshot' })).toEqual(['all']);
  });

  it('does not hold where no row has a value', () => {
    expect(broken(fresh, { measured: byDay(null, null) })).toEqual(['all']);
  });
});

describe('the summary of a check', () => {
  const summary = (expects: Expectation, more: Partial<BuildFacts>) => summariseVerdicts(judgeBuild([check(expects)], facts(more)));

  it('adds up what is broken and names the days', () => {
    expect(summary({ kind: 'violations', measure: 'm' }, { measured: byDay(3, 4) })).toEqual([
      { check: 'c', severity: 'error', violations: 7, detail: '7 on 2024-01-14, 2024-01-15' },
    ]);
    expect(summary({ kind: 'violations', measure: 'm', maxPercent: 20 }, { measured: byDay(3, 4) })).toEqual([
      { check: 'c', severity: 'error', violations: 3, detail: '2024-01-14: 3 of 10 rows (30 %), expected at most 20 %' },
    ]);
  });

  it('says what is tolerated', () => {
    expect(summary({ kind: 'violations', measure: 'm', maxRows: 9 }, { measured: byDay(3, 4) })).toEqual([
      { check: 'c', severity: 'error', violations: 7, tolerated: true },
    ]);
  });
});
