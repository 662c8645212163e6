import type { CleaningColumn } from '../../define/pipeline-schema.ts';
import type { Column, ColumnType } from '../../sql/column-type.ts';
import { isSameType } from '../../sql/column-type.ts';
import { forBoth, type Words } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
import { accepted } from './rules/accepted.ts';
import { changeCase } from './rules/change-case.ts';
import { collapseSpaces } from './rules/collapse-spaces.ts';
import { mapValues } from './rules/map-values.ts';
import { nullIf } from './rules/null-if.ts';
import { pattern } from './rules/pattern.ts';
import { range } from './rules/range.ts';
import { required } from './rules/required.ts';
import { trim } from './rules/trim.ts';

/** A column's rules together with the expression that they start from. */
export interface CleanedColumn {
  readonly name: string;
  readonly rules: CleaningColumn;
  /** The expression over the source, per dialect, and its type. */
  readonly start: RenderedSql;
  readonly startType: ColumnType;
  /** The columns of the source that it starts from. */
  readonly startsFrom: readonly string[];
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
  /** True: each of its batches has a time (`_at`). */
  readonly hasBatchTimes?: boolean;
}

// The order in which the rules apply; the doc comment of `cleaningColumn` promises it.
const TEXT_RULES = [trim, collapseSpaces, changeCase, mapValues, nullIf];
const VALUE_RULES = [required, pattern, range, accepted];

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
    const texts = spec.columns.map((column) => `${cleanText(column, words)} AS ${words.name(`b__${column.name}`)}`);
    const casts = spec.columns.map((column) => `${castValue(column, words)} AS ${words.name(`t__${column.name}`)}`);
    const cleaned = `SELECT ${[...passed, ...texts].join(', ')} FROM ${from}`;
    const typed = `SELECT *, ${casts.join(', ')} FROM (${cleaned}) AS _cleaned`;
    const judged = `SELECT *, ${reasonsOf(spec.columns, words)} AS _reasons FROM (${typed}) AS _typed`;
    const values = spec.columns.map((column) => `${finalValue(column, words)} AS ${words.name(`v__${column.name}`)}`);
    const refused = raw.map(
      (name, index) => `CASE WHEN _reasons IS NOT NULL THEN ${name} END AS ${words.name(`r__${spec.sourceColumns[index]?.name}`)}`,
    );
    const kept = `SELECT ${[...values, ...refused, ...keys, ...(hasBatch ? ['_batch'] : []), ...changelog, '_reasons'].join(', ')} FROM (${judged}) AS _judged`;
    const dated = spec.eventTime === undefined ? kept : `SELECT *, ${dayOf(spec, words)} AS _day FROM (${kept}) AS _kept`;
    return spec.changelogKey === undefined
      ? dated
      : `SELECT *, ${liveOf(spec, spec.changelogKey, words)} AS _live FROM (${dated}) AS _dated`;
  });
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
    const text = `SELECT _batch, ${cleanText(column, words)} AS ${words.name(`b__${column.name}`)} FROM _new`;
    const typed = `SELECT _batch, ${words.name(`b__${column.name}`)}, ${castValue(column, words)} AS ${words.name(`t__${column.name}`)} FROM (${text}) AS _cleaned`;
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

function cleanText(column: CleanedColumn, words: Words): string {
  const start = `(${column.start[words.dialect]})`;
  const rules = TEXT_RULES.flatMap((rule) => rule(column.rules, words) ?? []);
  if (rules.length === 0) return start;
  const text = column.startType.kind === 'varchar' ? start : `CAST(${start} AS ${words.type({ kind: 'varchar' })})`;
  return rules.reduce((inner, rule) => rule(inner), text);
}

function needsCast(column: CleanedColumn, words: Words): boolean {
  const hasTextRules = TEXT_RULES.some((rule) => rule(column.rules, words) !== undefined);
  return !isSameType(hasTextRules ? { kind: 'varchar' } : column.startType, column.rules.type);
}

function castValue(column: CleanedColumn, words: Words): string {
  const before = words.name(`b__${column.name}`);
  const value = needsCast(column, words) ? `TRY_CAST(${before} AS ${words.type(column.rules.type)})` : before;
  return column.rules.default === undefined ? value : `COALESCE(${value}, ${words.constant(column.rules.default, column.rules.type)})`;
}

function violationsOf(column: CleanedColumn, words: Words): { reason: string; condition: string }[] {
  const before = words.name(`b__${column.name}`);
  const value = words.name(`t__${column.name}`);
  const noCast = `${before} IS NOT NULL AND TRY_CAST(${before} AS ${words.type(column.rules.type)}) IS NULL`;
  const rules = VALUE_RULES.flatMap((rule) => {
    const condition = rule.violation(column.rules, value, words);
    if (condition === undefined) return [];
    return [{ reason: rule.reason, condition: rule.reason === 'required' ? `${before} IS NULL AND ${condition}` : condition }];
  });
  return needsCast(column, words) ? [{ reason: 'cast', condition: noCast }, ...rules] : rules;
}

function reasonsOf(columns: readonly CleanedColumn[], words: Words): string {
  const reasons = columns
    .filter(({ rules }) => rules.onFail !== 'null')
    .flatMap((column) =>
      violationsOf(column, words).map(
        ({ reason, condition }) => `CASE WHEN ${condition} THEN ${words.text(`${column.name}: ${reason}`)} END`,
      ),
    );
  return reasons.length === 0 ? `CAST(NULL AS ${words.type({ kind: 'varchar' })})` : `NULLIF(concat_ws(', ', ${reasons.join(', ')}), '')`;
}

function finalValue(column: CleanedColumn, words: Words): string {
  const value = words.name(`t__${column.name}`);
  if (column.rules.onFail !== 'null') return value;
  const conditions = violationsOf(column, words).map(({ condition }) => `(${condition})`);
  if (conditions.length === 0) return value;
  return `CASE WHEN ${conditions.join(' OR ')} THEN NULL ELSE ${value} END`;
}

function dayOf(spec: CleaningSpec, words: Words): string {
  return `COALESCE(CAST(${words.name(`v__${spec.eventTime}`)} AS DATE), ${spec.fallbackDay})`;
}
