import { formatCount } from '../messages/format-count.ts';
import type { DataFile } from '../ports/data-file.ts';
import { ageText } from './age-text.ts';

/** What a batch must be like, answered by what its files' footers say. `id`: the name of the check. */
export type BatchExpectation =
  | { readonly kind: 'notNull'; readonly id: string; readonly column: string }
  | { readonly kind: 'rowCount'; readonly id: string; readonly min?: number; readonly max?: number }
  | { readonly kind: 'freshness'; readonly id: string; readonly column: string; readonly maxAgeSeconds: number };

/** A batch as its files describe it. */
export interface BatchFacts {
  readonly rows: number;
  readonly files: readonly DataFile[];
  /** The files of the batches before it that are read together with it. */
  readonly earlier: readonly DataFile[];
  /** The instant that ages count back from. */
  readonly now: Date;
}

/** How far a batch is from what is expected of it; `detail` says it in words, without a row's value. */
export interface BatchVerdict {
  readonly violations: number;
  readonly detail?: string;
}

/** Judges one expectation. */
export function judgeExpectation(expectation: BatchExpectation, facts: BatchFacts): BatchVerdict {
  switch (expectation.kind) {
    case 'notNull':
      return judgeNulls(expectation.column, facts.files);
    case 'rowCount':
      return judgeRows(expectation, facts.rows);
    case 'freshness':
      return judgeFreshness(expectation.column, expectation.maxAgeSeconds, facts);
  }
}

function judgeNulls(column: string, files: readonly DataFile[]): BatchVerdict {
  const nulls = files.map(({ columns }) => columns[column]?.nulls);
  // What is not known is not taken for granted.
  if (nulls.includes(undefined)) return { violations: 1, detail: 'a file does not say how many values are missing' };
  return { violations: nulls.reduce<number>((sum, one) => sum + (one ?? 0), 0) };
}

function judgeRows(
  { min = 0, max = Number.POSITIVE_INFINITY }: { readonly min?: number; readonly max?: number },
  rows: number,
): BatchVerdict {
  if (rows >= min && rows <= max) return { violations: 0 };
  return {
    violations: 1,
    detail: `${formatCount(rows)} rows, expected ${rows < min ? `at least ${formatCount(min)}` : `at most ${formatCount(max)}`}`,
  };
}

function judgeFreshness(column: string, maxAgeSeconds: number, { files, earlier, now }: BatchFacts): BatchVerdict {
  const newest = [...files, ...earlier].flatMap(({ columns }) => instantOf(columns[column]?.max) ?? []);
  if (newest.length === 0) return { violations: 1, detail: 'no row has a value' };
  const ageSeconds = (now.getTime() - newest.reduce((a, b) => Math.max(a, b))) / 1000;
  if (ageSeconds <= maxAgeSeconds) return { violations: 0 };
  return { violations: 1, detail: `the newest row is ${ageText(ageSeconds)} old, expected at most ${ageText(maxAgeSeconds)}` };
}

// Footers write instants in UTC as `2024-01-15 10:00:00.5`, days as `2024-01-15`. Years beyond 9999 are always new enough.
function instantOf(text: string | undefined): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d))?/.exec(text ?? '');
  return match === null ? undefined : Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`);
}
