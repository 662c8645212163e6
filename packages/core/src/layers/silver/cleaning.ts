import type { CleaningColumn } from '../../define/pipeline-schema.ts';
import type { Column, ColumnType } from '../../sql/column-type.ts';
import type { Flow } from '../../sql/lineage/flow.ts';
import { forBoth, type Words } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
import { finalValue, protectedValue, reasonsOf, refusedValue, renderValues } from './column-values.ts';
import { joinReference } from './rules/reference.ts';

/** A column's rules together with the expression that they start from. */
export interface CleanedColumn {
  readonly name: string;
  readonly rules: CleaningColumn;
  /** The expression over the source, per dialect, and its type. */
  readonly start: RenderedSql;
  readonly startType: ColumnType;
  /** The columns of the source that it starts from, and how they act on it. */
  readonly startFlow: Flow;
}

/** What classifying needs to know of a dataset. */
export interface CleaningSpec {
  readonly sourceColumns: readonly Column[];
  readonly columns: readonly CleanedColumn[];
  /** For event datasets, the column whose day is the row's partition. */
  readonly eventTime: string | undefined;
  /** SQL for the day of a row whose event time is unknown. */
  readonly fallbackDay: string;
  /** The source's rows say what is no more (`_deleted`), by this key; undefined: they do not. */
  readonly changelogKey: readonly string[] | undefined;
  /** True: good rows keep their source values, too, for checks that may still refuse them. */
  readonly keepsSource?: boolean;
  /** True: each of its batches has a time (`_at`). */
  readonly hasBatchTimes?: boolean;
}

/**
 * Renders the query that gives every source row its cleaned values (`v__*`), the source values if it is refused (`r__*`),
 * the reasons for that (`_reasons`, NULL for a good row), its day and its batch. One row in, one row out. Of a changelog it
 * says as well which rows are still so (`_live`): those of the newest batch that has their key. A row that changed its day
 * is no more on the day before, because its batch says so there too; so each day can be told by its own rows.
 */
export function renderClassify(spec: CleaningSpec, hasBatch: boolean): RenderedSql {
  return forBoth((words) => {
    const raw = spec.sourceColumns.map((column) => words.name(column.name));
    const changelog = changelogColumns(spec);
    const keys = (spec.changelogKey ?? []).map((name) => `${words.name(name)} AS ${words.name(`k__${name}`)}`);
    const passed = [...raw, ...(hasBatch ? ['_batch'] : []), ...changelog];
    const from = spec.changelogKey === undefined ? '_source' : '_source LEFT JOIN _order USING (_batch)';
    const known = spec.columns.flatMap((column) => joinReference(column, protectedValue(column, words), words) ?? []);
    const typed = renderValues(spec.columns, passed, from, words);
    const judged = `SELECT *, ${reasonsOf(spec.columns, words)} AS _reasons FROM ${[`(${typed}) AS _typed`, ...known].join(' ')}`;
    const values = spec.columns.map((column) => `${finalValue(column, words)} AS ${words.name(`v__${column.name}`)}`);
    const refused = spec.sourceColumns.map((column) => {
      const value = refusedValue(column, spec.columns, words);
      const kept = spec.keepsSource === true ? value : `CASE WHEN _reasons IS NOT NULL THEN ${value} END`;
      return `${kept} AS ${words.name(`r__${column.name}`)}`;
    });
    const kept = `SELECT ${[...values, ...refused, ...keys, ...(hasBatch ? ['_batch'] : []), ...changelog, '_reasons'].join(', ')} FROM (${judged}) AS _judged`;
    const dated = spec.eventTime === undefined ? kept : `SELECT *, ${dayOf(spec, words)} AS _day FROM (${kept}) AS _kept`;
    return spec.changelogKey === undefined
      ? dated
      : `SELECT *, ${liveOf(spec, spec.changelogKey, words)} AS _live FROM (${dated}) AS _dated`;
  });
}

/** The columns that {@link renderClassify} gives besides values, source values and reasons. */
export function passedColumns(spec: CleaningSpec, hasBatch: boolean): readonly string[] {
  const isChangelog = spec.changelogKey !== undefined;
  return [
    ...(spec.changelogKey ?? []).map((name) => `k__${name}`),
    ...(hasBatch ? ['_batch'] : []),
    ...changelogColumns(spec),
    ...(spec.eventTime === undefined ? [] : ['_day']),
    ...(isChangelog ? ['_live'] : []),
  ];
}

function changelogColumns({ changelogKey, hasBatchTimes }: CleaningSpec): readonly string[] {
  if (changelogKey === undefined) return [];
  return ['_deleted', '_seq', ...(hasBatchTimes === true ? ['_at'] : [])];
}

function liveOf(spec: CleaningSpec, key: readonly string[], words: Words): string {
  const by = [...key.map((name) => words.name(`k__${name}`)), ...(spec.eventTime === undefined ? [] : ['_day'])];
  return `NOT _deleted AND _seq = MAX(_seq) OVER (PARTITION BY ${by.join(', ')})`;
}

/** Renders the query that gives the days of the rows of `_new`, with the same expressions as {@link renderClassify}. */
export function renderDaysOfNew(spec: CleaningSpec): RenderedSql | undefined {
  const column = spec.columns.find(({ name }) => name === spec.eventTime);
  if (column === undefined) return undefined;
  return forBoth((words) => {
    const typed = renderValues([column], ['_batch'], '_new', words);
    const value = `SELECT _batch, ${finalValue(column, words)} AS ${words.name(`v__${column.name}`)} FROM (${typed}) AS _typed`;
    return `SELECT DISTINCT ${dayOf(spec, words)} AS day FROM (${value}) AS _values`;
  });
}

/** SQL for the number of rows that break a rule whose failure must stop the build; undefined if there is no such rule. */
export function renderStoppingViolations(columns: readonly CleanedColumn[], words: Words): string | undefined {
  const conditions = columns
    .filter(({ rules }) => rules.onFail === 'error')
    .map(({ name }) => `concat(', ', _reasons) LIKE ${words.text(`%, ${name}: %`)}`);
  return conditions.length === 0 ? undefined : conditions.join(' OR ');
}

function dayOf(spec: CleaningSpec, words: Words): string {
  return `COALESCE(CAST(${words.name(`v__${spec.eventTime}`)} AS DATE), ${spec.fallbackDay})`;
}
