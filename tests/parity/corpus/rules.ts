import { type ColumnType, parseColumnType } from '@snowmelt/core/ports';
import type { CleaningColumn } from '../../../packages/core/src/define/pipeline-schema.ts';
import { renderTouched } from '../../../packages/core/src/layers/gold/keyed-sql.ts';
import { type CastPolicy, renderCast } from '../../../packages/core/src/layers/silver/rules/cast.ts';
import { changeCase } from '../../../packages/core/src/layers/silver/rules/change-case.ts';
import { collapseSpaces } from '../../../packages/core/src/layers/silver/rules/collapse-spaces.ts';
import { mapValues } from '../../../packages/core/src/layers/silver/rules/map-values.ts';
import { normalize } from '../../../packages/core/src/layers/silver/rules/normalize.ts';
import { nullIf } from '../../../packages/core/src/layers/silver/rules/null-if.ts';
import { formatsOf, parseFormat } from '../../../packages/core/src/layers/silver/rules/parse-format.ts';
import { isNoJson, parseJson } from '../../../packages/core/src/layers/silver/rules/parse-json.ts';
import { parseNumber } from '../../../packages/core/src/layers/silver/rules/parse-number.ts';
import type { TextRule } from '../../../packages/core/src/layers/silver/rules/rule.ts';
import { trim } from '../../../packages/core/src/layers/silver/rules/trim.ts';
import { matches, noneOf, outside } from '../../../packages/core/src/sql/conditions.ts';
import { forBoth, type Words } from '../../../packages/core/src/sql/render.ts';
import type { RenderedSql } from '../../../packages/core/src/sql/text.ts';

/** An expression of ours over `x`, and values of x at which the engines could differ. */
export interface RuleCase {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: readonly (string | null)[];
  readonly expression: (words: Words) => string;
}

const TEXT: ColumnType = { kind: 'varchar' };
const TEXTS = [
  '',
  ' ',
  ' a ',
  '\ta\n',
  'a  b',
  'a\u00a0b',
  'Straße',
  'ΑΣ ΟΔΟΣ',
  'İstanbul',
  'ﬁne',
  'e\u0301',
  'É',
  '😀 x',
  "it's",
  'a\\b',
  'a\rb',
  'a\nb',
  'a\u2028b',
  '%_',
  'EIRE',
  '?',
  null,
];
const NUMBERS = [
  '7',
  ' +7 ',
  '-7.00',
  '7.',
  '1.5',
  '2.5',
  '-2.5',
  '.5',
  '.0',
  '1e3',
  '1.5e1',
  '1.55e1',
  '15e-1',
  '1_000',
  '0xFF',
  '',
  'x',
  '9e99',
  '1.255',
  '-1.255',
  '1,5',
  '1.234,5',
  '1,234.5',
  "1'000",
  '12345678901234567890',
  '999999999999999999',
  '9999999999999999999',
  'NaN',
  'inf',
  '-Infinity',
  '1e400',
  'Ａ',
  '٣',
  null,
];
const MOMENTS = [
  '2024-02-29',
  ' 2024-2-9 ',
  '2024-02-30',
  '2024-02-29 10:00:00',
  '2024-02-29T10:00:00Z',
  '2024-02-29 10:00:00+02:00',
  '2024-02-29 10:00:00+00',
  '2024-02-29 9:05',
  '2024-02-29 24:00:00',
  '2024-02-29 00:00',
  '2024-02-29 10:00:00.123456',
  '2024-02-29 10:00:00.123456000',
  '2024-02-29 10:00:00.1234567',
  '20240229',
  '29.02.2024',
  '0001-01-01',
  '9999-12-31 23:59:59.999999',
  '1582-10-10',
  '2024-13-01',
  '9:05',
  '25:00',
  'x',
  '',
  null,
];
const JSONS = [
  '{"a": {"b": [1, "x", null]}, "c d": "é", "n": 1.50, "t": true, "z": null}',
  '{"a": "{\\"b\\": 1}"}',
  '[1, 2]',
  '{}',
  '{"a": ',
  'x',
  '',
  '"a"',
  '1',
  'null',
  '{"a": {"b": []}}',
  null,
];
const HALVES = ['0.5', '1.5', '2.5', '-2.5', '2.4', '-0.4', '1e10', '123456789.125', '0', '-0.0', 'NaN', 'Infinity', null];

const typeOf = (spelling: string): ColumnType => parseColumnType(spelling) ?? TEXT;

function ofTexts(name: string, rule: TextRule, column: Partial<CleaningColumn>): RuleCase {
  return { name, type: TEXT, values: TEXTS, expression: (words) => rule({ type: TEXT, ...column } as CleaningColumn, words)?.('x') ?? 'x' };
}

function cast(from: string, to: string, policy: CastPolicy, values: readonly (string | null)[]): RuleCase {
  const types = { from: typeOf(from), to: typeOf(to) };
  return {
    name: `cast ${from} to ${to}, ${policy}`,
    type: types.from,
    values,
    expression: (words) => comparable(renderCast('x', { ...types, policy }, words), types.to, words),
  };
}

// Engines write FLOATs and times as different texts.
function comparable(value: string, { kind }: ColumnType, words: Words): string {
  if (kind === 'double')
    return `CASE WHEN isnan(${value}) THEN 'NaN' WHEN abs(${value}) > 1e30 THEN 'great' ELSE CAST(CAST(round(${value} * 1e3) AS DECIMAL(38,0)) AS ${words.type(TEXT)}) END`;
  return value;
}

const CASTS: readonly RuleCase[] = [
  ...(['exact', 'round'] as const).flatMap((policy) =>
    ['NUMBER(9,0)', 'NUMBER(18,0)', 'NUMBER(6,2)', 'NUMBER(38,0)', 'NUMBER(38,10)'].map((to) => cast('VARCHAR', to, policy, NUMBERS)),
  ),
  cast('VARCHAR', 'FLOAT', 'exact', NUMBERS),
  ...(['exact', 'truncate'] as const).flatMap((policy) => ['DATE', 'TIMESTAMP_NTZ'].map((to) => cast('VARCHAR', to, policy, MOMENTS))),
  ...(['exact', 'round'] as const).flatMap((policy) => [
    cast('FLOAT', 'NUMBER(9,0)', policy, HALVES),
    cast('NUMBER(12,3)', 'NUMBER(9,0)', policy, ['0.5', '2.5', '-2.5', '7', null]),
    cast('NUMBER(9,3)', 'NUMBER(9,2)', policy, ['1.250', '1.255', '-1.255']),
  ]),
  cast('NUMBER(20,0)', 'NUMBER(9,0)', 'exact', ['5', '99999999999999999999']),
  cast('NUMBER(18,0)', 'FLOAT', 'exact', ['9007199254740992', '9007199254740993', '5']),
  cast('NUMBER(18,0)', 'BOOLEAN', 'exact', ['0', '1', '2', null]),
  cast('NUMBER(18,0)', 'VARCHAR', 'exact', ['0', '-5', null]),
  cast('NUMBER(12,3)', 'VARCHAR', 'exact', ['0', '-5.1', '1.250']),
  cast('BOOLEAN', 'VARCHAR', 'exact', ['true', 'false', null]),
  cast('DATE', 'TIMESTAMP_NTZ', 'exact', ['2024-02-29', '0001-01-01', null]),
  cast('DATE', 'VARCHAR', 'exact', ['2024-02-29', '0001-01-01', null]),
  cast('TIMESTAMP_NTZ', 'DATE', 'exact', ['2024-02-29 00:00:00', '2024-02-29 10:00:00', null]),
  cast('TIMESTAMP_NTZ', 'DATE', 'truncate', ['2024-02-29 23:59:59.9', '1969-12-31 23:59:59.9']),
];

const FORMATS: readonly (readonly string[])[] = [
  ['YYYY-MM-DD'],
  ['DD.MM.YYYY'],
  ['YYYYMMDD'],
  ['DD-MON-YYYY', 'MMMM DD, YYYY'],
  ['YYYY-MM-DD HH24:MI:SS.FF'],
  ['MM/DD/YYYY HH12:MI AM'],
  ['YYYY-MM-DD"T"HH24:MI'],
];
const WRITTEN = [
  ...MOMENTS,
  '29-Feb-2024',
  '29-feb-2024',
  'February 29, 2024',
  '02/29/2024 12:05 AM',
  '02/29/2024 12:05 pm',
  '2/9/2024 1:05 PM',
  '2024-02-29T10:05',
];
const PATTERNS = ['[A-Z]+', 'a.b', '.*', '\\s*a\\s*', '(a|b)+', '[^a]+', '\\w+', '\\d+', '', '\\S+', 'É', '.'];

/** Every rule that is an expression. */
export const RULE_CASES: readonly RuleCase[] = [
  ofTexts('trim', trim, { trim: true }),
  ofTexts('collapseSpaces', collapseSpaces, { collapseSpaces: true }),
  ofTexts('case upper', changeCase, { case: 'upper' }),
  ofTexts('case lower', changeCase, { case: 'lower' }),
  ofTexts('map', mapValues, { map: { EIRE: 'Ireland', '?': null, "it's": 'a\\b' } }),
  ofTexts('nullIf', nullIf, { nullIf: ['', '?', 'a\\b', "it's"] }),
  ofTexts('normalize', normalize, { normalize: 'NFC' }),
  ...CASTS,
  ...FORMATS.map(
    (format): RuleCase => ({
      name: `format ${format.join(' or ')}`,
      type: TEXT,
      values: WRITTEN,
      expression: (words) => parseFormat('x', formatsOf(format), words),
    }),
  ),
  ...[{ decimal: '.' }, { decimal: ',', group: '.' }, { decimal: '.', group: ',' }, { decimal: '.', group: "'" }].map(
    (marks): RuleCase => ({
      name: `number ${JSON.stringify(marks)}`,
      type: TEXT,
      values: NUMBERS,
      expression: (words) => parseNumber('x', marks, words),
    }),
  ),
  ...['$.a', '$.a.b', '$.a.b[0]', '$.a.b[1]', "$['c d']", '$.n', '$.t', '$.z', '$[1]'].map(
    (path): RuleCase => ({
      name: `json ${path}`,
      type: TEXT,
      values: JSONS,
      expression: (words) => spaceless(parseJson('x', path, words)),
    }),
  ),
  { name: 'no JSON', type: TEXT, values: JSONS, expression: (words) => isNoJson('x', words) },
  ...PATTERNS.map(
    (pattern): RuleCase => ({ name: `pattern ${pattern}`, type: TEXT, values: TEXTS, expression: (words) => matches('x', pattern, words) }),
  ),
  {
    name: 'range of numbers',
    type: typeOf('NUMBER(12,2)'),
    values: ['1', '1.5', '3', '-1', null],
    expression: (words) => outside('x', typeOf('NUMBER(12,2)'), { min: 1.25, max: 3 }, words),
  },
  {
    name: 'range of dates',
    type: typeOf('DATE'),
    values: ['2024-01-01', '2023-12-31', null],
    expression: (words) => outside('x', typeOf('DATE'), { min: '2024-01-01' }, words),
  },
  {
    name: 'range of FLOATs',
    type: typeOf('FLOAT'),
    values: HALVES,
    expression: (words) => outside('x', typeOf('FLOAT'), { min: 0, max: 2 }, words),
  },
  { name: 'accepted texts', type: TEXT, values: TEXTS, expression: (words) => noneOf('x', TEXT, ['EIRE', "it's", 'a\\b'], words) },
  {
    name: 'accepted numbers',
    type: typeOf('INT'),
    values: ['1', '2', null],
    expression: (words) => noneOf('x', typeOf('INT'), [1, 3], words),
  },
];

// How the JSON of an object is laid out is up to the engine.
const spaceless = (value: string): string => `replace(${value}, ' ', '')`;

/** The buckets of keys of several types. */
export function bucketTexts(): RenderedSql {
  const touched = renderTouched(['a', 'b'], 64);
  return forBoth((words) => {
    const rows = TEXTS.map(
      (text, i) => `SELECT ${text === null ? `CAST(NULL AS ${words.type(TEXT)})` : words.text(text)} AS _k0, CAST(${i} AS BIGINT) AS _k1`,
    );
    return `SELECT CAST(bucket AS ${words.type(TEXT)}) AS v FROM (${touched[words.dialect].replace('_changed_keys', `(${rows.join(' UNION ALL ')}) AS _c`)}) AS _buckets`;
  });
}
