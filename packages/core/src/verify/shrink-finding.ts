import type { GraphDataset } from '../compile/graph.ts';
import { compareRows } from '../unit-test/compare-rows.ts';
import type { BuildDifference } from './compare-builds.ts';
import type { Finding } from './finding.ts';
import type { Given } from './generate-given.ts';
import { type GivenRow, joinRows, listRows } from './given-rows.ts';
import { type Budget, shrink } from './shrink.ts';
import type { Trial, Tried } from './trial.ts';

/** Makes the input of a difference as small as `tries` builds allow: first fewer rows, then fewer cells with a value. */
export async function shrinkFinding(
  dataset: GraphDataset,
  given: Given,
  found: BuildDifference,
  trial: Trial,
  tries: number,
): Promise<Finding> {
  let best: { readonly given: Given; readonly tried: Tried } | undefined;
  const showsIt = async (candidate: Given): Promise<boolean> => {
    const tried = await trial.both(candidate);
    if (tried === undefined || !tried.differences.some((other) => isLike(found, other))) return false;
    best = { given: candidate, tried };
    return true;
  };
  const budget: Budget = { left: tries };
  const all = listRows(given);
  const likely = all.filter((row) => hasValueOf(dataset, row, found));
  const isEnough = likely.length > 0 && likely.length < all.length && (await showsIt(joinRows(likely)));
  const rows = await shrink(isEnough ? likely : all, (some) => showsIt(joinRows(some)), budget);
  await shrinkCells(rows, (some) => showsIt(joinRows(some)), { left: Math.ceil(tries / 2) });
  return describeFinding(dataset, found, trial.day, best);
}

// The same kind of difference: else shrinking would slip from one fault to another.
function isLike(found: BuildDifference, other: BuildDifference): boolean {
  if (found.part !== other.part) return false;
  return found.columns.length === 0 || other.columns.some((column) => found.columns.includes(column));
}

function hasValueOf(dataset: GraphDataset, { row }: GivenRow, { rows }: BuildDifference): boolean {
  const key = dataset.layer === 'bronze' ? [] : (dataset.key ?? []);
  const examples = rows.flat().slice(0, 3);
  return examples.some((example) => {
    const named = key.filter((name) => name in row && name in example);
    const last = named.at(0);
    return last !== undefined && row[last] === example[last];
  });
}

async function shrinkCells(
  rows: readonly GivenRow[],
  showsIt: (rows: readonly GivenRow[]) => Promise<boolean>,
  budget: Budget,
): Promise<void> {
  const cells = rows.flatMap(({ row }, at) =>
    Object.entries(row).flatMap(([column, value]) => (value === null || column.startsWith('_') ? [] : [{ at, column }])),
  );
  const keepOnly = (kept: readonly (typeof cells)[number][]): readonly GivenRow[] => {
    const names = new Set(kept.map(({ at, column }) => `${at} ${column}`));
    return rows.map(({ input, row }, at) => {
      const left = Object.entries(row).map(([column, value]) => [
        column,
        column.startsWith('_') || names.has(`${at} ${column}`) ? value : null,
      ]);
      return { input, row: Object.fromEntries(left) };
    });
  };
  await shrink(cells, (kept) => showsIt(keepOnly(kept)), budget);
}

/** A difference for which no small input was found. */
export function plainFinding(dataset: GraphDataset, found: BuildDifference, date: string): Finding {
  return describeFinding(dataset, found, date, undefined);
}

function describeFinding(
  dataset: GraphDataset,
  found: BuildDifference,
  date: string,
  best: { readonly given: Given; readonly tried: Tried } | undefined,
): Finding {
  const shown = best?.tried.differences.find((other) => isLike(found, other)) ?? found;
  const [column = ''] = shown.columns;
  const place = dataset.columnPlaces?.[column] ?? (dataset.file === undefined ? {} : { file: dataset.file });
  return {
    dataset: dataset.name,
    part: shown.part,
    columns: shown.columns,
    detail: shown.detail,
    at: { ...place, dataset: dataset.name },
    given: best?.given,
    date,
    values: valuesOf(dataset, shown, best?.tried),
  };
}

function valuesOf(dataset: GraphDataset, { part, rows }: BuildDifference, tried: Tried | undefined): Finding['values'] {
  if (part !== 'rows' && part !== 'refused') return [];
  const output = tried?.step.request.outputs.find((one) => one.part === (part === 'rows' ? 'rows' : 'quarantine'));
  const key = dataset.layer === 'bronze' || part === 'refused' ? [] : (dataset.key ?? []);
  return compareRows({ columns: output?.columns ?? dataset.columns, key, expected: rows[0], actual: rows[1], ordered: false });
}
