import { SnowflakeError, unsupported } from '../errors/snowflake-error.ts';
import { type Binding, numberPlaceholders } from '../sql/bindings.ts';
import { type Fields, fieldsOf } from './session-request.ts';

/** A statement and the values bound to it, one for each placeholder. */
export interface BoundStatement {
  readonly text: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

const INSERT_VALUES = /^(\s*INSERT\s+INTO\s[\s\S]*?\sVALUES\s*)(\([\s\S]*\))\s*;?\s*$/i;
const SCAN = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|:(\d+)/g;
// The statement is parsed as one text.
const MOST_BOUND = 50_000;

/**
 * Reads the values that are bound to a statement. Where each is a list, which is how drivers insert many rows at once,
 * the VALUES of the statement are repeated, once a row.
 * @throws SnowflakeError
 */
export function readBindings(text: string, given: unknown): BoundStatement {
  const entries = Object.entries(fieldsOf(given));
  const lists = entries.map(([index, binding]) => listOf(index, fieldsOf(binding)));
  if (!lists.some(({ isList }) => isList)) {
    return { text, bindings: Object.fromEntries(lists.map(({ index, type, values }) => [index, { type, value: values[0] ?? null }])) };
  }
  const rows = lists[0]?.values.length ?? 0;
  if (lists.some(({ isList, values }) => !isList || values.length !== rows)) throw invalidBinding('all', 'lists of one length');
  if (rows * lists.length > MOST_BOUND) throw unsupported(`binding more than ${MOST_BOUND} values to a statement`);
  const bindings = Object.fromEntries(
    lists.flatMap(({ index, type, values }) =>
      values.map((value, row) => [String(row * lists.length + Number(index)), { type, value }] as const),
    ),
  );
  return { text: repeatValues(text, rows, lists.length), bindings };
}

/** Binds NULL to every placeholder, so that a statement can be described before there are values. */
export function withoutValues(text: string): BoundStatement {
  const numbered = numberPlaceholders(text);
  const indexes = [...numbered.matchAll(SCAN)].flatMap(([, index]) => (index === undefined ? [] : [index]));
  return { text: numbered, bindings: Object.fromEntries(indexes.map((index) => [index, { type: 'ANY', value: null }])) };
}

function repeatValues(text: string, rows: number, width: number): string {
  const [, head, tuple] = INSERT_VALUES.exec(numberPlaceholders(text)) ?? [];
  if (head === undefined || tuple === undefined) throw unsupported('binding lists of values to anything but INSERT INTO … VALUES (…)');
  const tuples = Array.from({ length: rows }, (_, row) =>
    tuple.replaceAll(SCAN, (found, index?: string) => (index === undefined ? found : `:${row * width + Number(index)}`)),
  );
  return `${head}${tuples.join(',')}`;
}

interface BoundList {
  readonly index: string;
  readonly type: string;
  readonly isList: boolean;
  readonly values: readonly (string | null)[];
}

function listOf(index: string, { type, value }: Fields): BoundList {
  if (typeof type !== 'string') throw invalidBinding(index, 'a type');
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return { index, type, isList: Array.isArray(value), values: values.map((one) => textOrNull(index, one)) };
}

function textOrNull(index: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') throw invalidBinding(index, 'a value that is a text');
  return value;
}

function invalidBinding(index: string, what: string): SnowflakeError {
  return new SnowflakeError('002050', '22023', `Bind variable ${index} needs ${what}.`);
}
