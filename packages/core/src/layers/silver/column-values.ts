import type { Column, ColumnType } from '../../sql/column-type.ts';
import { isSameType } from '../../sql/column-type.ts';
import type { Words } from '../../sql/render.ts';
import type { CleanedColumn } from './cleaning.ts';
import { accepted } from './rules/accepted.ts';
import { renderCast } from './rules/cast.ts';
import { isText } from './rules/cast-text.ts';
import { changeCase } from './rules/change-case.ts';
import { collapseSpaces } from './rules/collapse-spaces.ts';
import { mapValues } from './rules/map-values.ts';
import { normalize } from './rules/normalize.ts';
import { nullIf } from './rules/null-if.ts';
import { formatsOf, parseFormat, typeOfFormats } from './rules/parse-format.ts';
import { isNoJson, parseJson } from './rules/parse-json.ts';
import { parseNumber } from './rules/parse-number.ts';
import { pattern } from './rules/pattern.ts';
import { protectText } from './rules/protect.ts';
import { range } from './rules/range.ts';
import { breaksReference } from './rules/reference.ts';
import { required } from './rules/required.ts';
import { trim } from './rules/trim.ts';

// The order in which the rules apply; the doc comment of `cleaningColumn` promises it.
const TEXT_RULES = [normalize, trim, collapseSpaces, changeCase, mapValues, nullIf];
const VALUE_RULES = [pattern, range, accepted];

/** A condition that refuses a row, and what the quarantine says of it. */
interface Violation {
  readonly reason: string;
  readonly condition: string;
}

type Named = (column: CleanedColumn, words: Words) => string;

const cleaned: Named = ({ name }, words) => words.name(`b__${name}`);
const foundIn: Named = ({ name }, words) => words.name(`j__${name}`);
const read: Named = ({ name }, words) => words.name(`p__${name}`);
const typed: Named = ({ name }, words) => words.name(`t__${name}`);

// What is read, after the JSON if it is in one; and what is cast.
const written: Named = (column, words) => (column.rules.parse?.json === undefined ? cleaned : foundIn)(column, words);
const toCast: Named = (column, words) => (isRead(column) ? read : written)(column, words);
const isRead = ({ rules: { parse } }: CleanedColumn): boolean => parse?.format !== undefined || parse?.number !== undefined;

/**
 * Renders the query that adds to the columns in `passed` the values of each column as they come about: `b__*` the cleaned text,
 * `j__*` what was found in it as JSON, `p__*` what a format made of that, `t__*` the typed value.
 */
export function renderValues(columns: readonly CleanedColumn[], passed: readonly string[], from: string, words: Words): string {
  const texts = columns.map((column) => `${cleanText(column, words)} AS ${cleaned(column, words)}`);
  const inJson = columns.flatMap((column) => {
    const value = findInJson(column, words);
    return value === undefined ? [] : [`${value} AS ${foundIn(column, words)}`];
  });
  const parsed = columns.flatMap((column) => (isRead(column) ? [`${readText(column, words)} AS ${read(column, words)}`] : []));
  const casts = columns.map((column) => `${castValue(column, words)} AS ${typed(column, words)}`);
  const add = (query: string, values: readonly string[], alias: string): string =>
    values.length === 0 ? query : `SELECT *, ${values.join(', ')} FROM (${query}) AS ${alias}`;
  const found = add(`SELECT ${[...passed, ...texts].join(', ')} FROM ${from}`, inJson, '_texts');
  return add(add(found, parsed, '_found'), casts, '_cleaned');
}

/** SQL for what is published of a column: its value, or NULL where it breaks a rule and `onFail` says so. */
export function finalValue(column: CleanedColumn, words: Words): string {
  const value = protectedValue(column, words);
  if (column.rules.onFail !== 'null') return value;
  const conditions = violationsOf(column, words).map(({ condition }) => `(${condition})`);
  if (conditions.length === 0) return value;
  return `CASE WHEN ${conditions.join(' OR ')} THEN NULL ELSE ${value} END`;
}

/** SQL for the value as anybody may see it. */
export function protectedValue(column: CleanedColumn, words: Words): string {
  const { protect } = column.rules;
  return protect === undefined ? typed(column, words) : protectText(typed(column, words), protect, words);
}

/**
 * SQL for a source column of a refused row. What a protected column starts from is protected in the quarantine, too, unless
 * another column shows the whole of it: a text by the same key, anything else as no value; bronze has it.
 */
export function refusedValue({ name, type }: Column, columns: readonly CleanedColumn[], words: Words): string {
  const using = columns.filter(({ startFlow }) => startFlow.some(({ column }) => column === name));
  const [protection] = using.flatMap(({ rules }) => rules.protect ?? []);
  if (protection === undefined || using.some(isShownWhole)) return words.name(name);
  return type.kind === 'varchar' ? protectText(words.name(name), protection, words) : `CAST(NULL AS ${words.type(type)})`;
}

const isShownWhole = ({ rules }: CleanedColumn): boolean =>
  rules.protect === undefined && rules.expr === undefined && rules.parse?.json === undefined;

/** SQL for the reasons to refuse a row, NULL if there is none. */
export function reasonsOf(columns: readonly CleanedColumn[], words: Words): string {
  const reasons = columns
    .filter(({ rules }) => rules.onFail !== 'null')
    .flatMap((column) =>
      violationsOf(column, words).map(
        ({ reason, condition }) => `CASE WHEN ${condition} THEN ${words.text(`${column.name}: ${reason}`)} END`,
      ),
    );
  return reasons.length === 0 ? `CAST(NULL AS ${words.type({ kind: 'varchar' })})` : `NULLIF(concat_ws(', ', ${reasons.join(', ')}), '')`;
}

function cleanText(column: CleanedColumn, words: Words): string {
  const start = `(${column.start[words.dialect]})`;
  const rules = TEXT_RULES.flatMap((rule) => rule(column.rules, words) ?? []);
  if (rules.length === 0 && column.rules.parse === undefined) return start;
  const text = isText(column.startType) ? start : `CAST(${start} AS ${words.type({ kind: 'varchar' })})`;
  return rules.reduce((inner, rule) => rule(inner), text);
}

function findInJson(column: CleanedColumn, words: Words): string | undefined {
  const { parse, type } = column.rules;
  if (parse?.json === undefined) return undefined;
  const found = parseJson(cleaned(column, words), parse.json, words);
  return type.kind === 'json' ? found : `CASE WHEN ${isNoJson(found, words)} THEN ${found} END`;
}

function readText(column: CleanedColumn, words: Words): string {
  const { format, number } = column.rules.parse ?? {};
  const text = written(column, words);
  return format === undefined ? parseNumber(text, number ?? { decimal: '.' }, words) : parseFormat(text, formatsOf(format), words);
}

function typeToCast({ rules, startType }: CleanedColumn, words: Words): ColumnType {
  if (rules.parse?.format !== undefined) return typeOfFormats(formatsOf(rules.parse.format));
  const isTextNow = rules.parse !== undefined || TEXT_RULES.some((rule) => rule(rules, words) !== undefined);
  return isTextNow ? { kind: 'varchar' } : startType;
}

function castOnly(column: CleanedColumn, words: Words): string {
  const { type, cast = 'exact' } = column.rules;
  return renderCast(toCast(column, words), { from: typeToCast(column, words), to: type, policy: cast }, words);
}

function castValue(column: CleanedColumn, words: Words): string {
  const { type, default: instead } = column.rules;
  const value = castOnly(column, words);
  return instead === undefined ? value : `COALESCE(${value}, ${words.constant(instead, type)})`;
}

function violationsOf(column: CleanedColumn, words: Words): readonly Violation[] {
  const { rules } = column;
  const value = typed(column, words);
  const noJson = jsonViolation(column, words);
  const rest = VALUE_RULES.flatMap((rule) => {
    const condition = rule.violation(rules, value, words);
    return condition === undefined ? [] : [{ reason: rule.reason, condition }];
  });
  return [
    ...(noJson === undefined ? [] : [{ reason: 'json', condition: noJson }]),
    ...parseViolation(column, words),
    ...castViolation(column, words),
    ...requiredViolation(column, noJson, words),
    ...rest,
    ...reasonIf('reference', breaksReference(column, protectedValue(column, words), words)),
  ];
}

const reasonIf = (reason: string, condition: string | undefined): Violation[] => (condition === undefined ? [] : [{ reason, condition }]);

function jsonViolation(column: CleanedColumn, words: Words): string | undefined {
  const { parse, type } = column.rules;
  if (parse?.json === undefined) return undefined;
  const text = cleaned(column, words);
  const notJson = isNoJson(text, words);
  const found = parseJson(text, parse.json, words);
  return type.kind === 'json' ? notJson : `${notJson} OR (${found} IS NOT NULL AND NOT ${isNoJson(found, words)})`;
}

function parseViolation(column: CleanedColumn, words: Words): Violation[] {
  if (!isRead(column)) return [];
  const reason = column.rules.parse?.format === undefined ? 'number' : 'format';
  return [{ reason, condition: `${written(column, words)} IS NOT NULL AND ${read(column, words)} IS NULL` }];
}

function castViolation(column: CleanedColumn, words: Words): Violation[] {
  if (isSameType(typeToCast(column, words), column.rules.type)) return [];
  // The default would hide that the cast gave no value.
  const result = column.rules.default === undefined ? typed(column, words) : castOnly(column, words);
  return [{ reason: 'cast', condition: `${toCast(column, words)} IS NOT NULL AND ${result} IS NULL` }];
}

// A value that could not be read or cast is a violation already.
function requiredViolation(column: CleanedColumn, noJson: string | undefined, words: Words): Violation[] {
  const missing = required.violation(column.rules, typed(column, words), words);
  if (missing === undefined) return [];
  const absent = noJson === undefined ? '' : ` OR (${foundIn(column, words)} IS NULL AND NOT (${noJson}))`;
  const before = `${cleaned(column, words)} IS NULL${absent}`;
  return [{ reason: required.reason, condition: `${absent === '' ? before : `(${before})`} AND ${missing}` }];
}
