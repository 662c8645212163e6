import { relationOf } from '../../layout/dataset-name.ts';
import type { Column } from '../../sql/column-type.ts';
import { forBoth, type Words } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
import type { InputTable } from '../inputs.ts';
import type { GoldDataset, KeyedModel } from './gold-dataset.ts';

/** An input that is read by the key, and whether any of its files changed. */
export interface KeyedInput {
  readonly table: InputTable;
  /** Its columns that are the key, in its order. */
  readonly by: KeyedModel['inputs'][number]['columns'];
  readonly hasChanged: boolean;
}

/** The names of an input's relations: all of it, and its files that came and went. */
export function relationsOf({ table }: Pick<KeyedInput, 'table'>): { readonly all: string; readonly came: string; readonly went: string } {
  const relation = relationOf(table.name);
  return { all: `_all_${relation}`, came: `_came_${relation}`, went: `_went_${relation}` };
}

const partNames = (key: readonly string[]) => key.map((_, at) => `_k${at}`);

// The same row in a file that went and in one that came is no change.
function changedIn(input: KeyedInput, words: Words): string {
  const { came, went } = relationsOf(input);
  const columns = input.table.columns.map(({ name }) => words.name(name)).join(', ');
  const sides = `SELECT ${columns}, 1 AS _side FROM ${came} UNION ALL SELECT ${columns}, -1 AS _side FROM ${went}`;
  const parts = input.by.map((name, at) => `${words.name(name)} AS _k${at}`).join(', ');
  const differing = `SELECT ${parts} FROM (${sides}) AS _sides GROUP BY ${columns} HAVING SUM(_side) <> 0`;
  return `SELECT DISTINCT * FROM (${differing}) AS _differing`;
}

/** `_changed_keys`: the keys of all rows that came or went. */
export function renderChangedKeys(inputs: readonly KeyedInput[]): RenderedSql {
  const changed = inputs.filter(({ hasChanged }) => hasChanged);
  return forBoth((words) => changed.map((input) => changedIn(input, words)).join(' UNION '));
}

/** An input's rows of the changed keys only. */
export function renderChangedRows(input: KeyedInput): RenderedSql {
  return forBoth((words) => `SELECT * FROM ${relationsOf(input).all} AS _i WHERE EXISTS (${changedKeyOf('_i', input.by, words)})`);
}

function changedKeyOf(alias: string, key: readonly string[], words: Words): string {
  const same = words.dialect === 'spark' ? '<=>' : 'IS NOT DISTINCT FROM';
  const equal = key.map((name, at) => `_c._k${at} ${same} ${alias}.${words.name(name)}`);
  return `SELECT 1 FROM _changed_keys AS _c WHERE ${equal.join(' AND ')}`;
}

// Both engines must agree, or a key would be in two files: a part of the MD5 of its text is a number in both.
function bucketIn(names: readonly string[], count: number, words: Words): string {
  const varchar = words.type({ kind: 'varchar' });
  const text = `concat_ws('|', ${names.map((name) => `COALESCE(CAST(${words.name(name)} AS ${varchar}), '')`).join(', ')})`;
  const digits = `substr(md5(${text}), 1, 8)`;
  const number = words.dialect === 'spark' ? `CAST(conv(${digits}, 16, 10) AS BIGINT)` : `CAST('0x' || ${digits} AS BIGINT)`;
  return `CAST(${number} % ${count} AS INTEGER)`;
}

/** The buckets of the changed keys. */
export function renderTouched(key: readonly string[], count: number): RenderedSql {
  return forBoth((words) => `SELECT DISTINCT ${bucketIn(partNames(key), count, words)} AS bucket FROM _changed_keys`);
}

/** `_written`: the model's rows, and those of the same buckets that stay (`_before`), each with its bucket. */
export function renderWritten(dataset: GoldDataset, key: readonly string[], count: number, isIncremental: boolean): RenderedSql {
  return forBoth((words) => {
    const columns = columnList(dataset.columns, words);
    const bucket = bucketIn(key, count, words);
    const made = `SELECT ${columns}, ${bucket} AS _bucket FROM (${dataset.sql[words.dialect]}) AS _made`;
    if (!isIncremental) return made;
    return `${made} UNION ALL SELECT ${columns}, ${bucket} AS _bucket FROM _before AS _b WHERE NOT EXISTS (${changedKeyOf('_b', key, words)})`;
  });
}

/** `_rows`, what checks look at: what is written, and if they are about the whole table, what stays as it is (`_untouched`). */
export function renderChecked(columns: readonly Column[], hasUntouched: boolean): RenderedSql {
  return forBoth((words) => {
    const list = columnList(columns, words);
    return `SELECT ${list} FROM _written${hasUntouched ? ` UNION ALL SELECT ${list} FROM _untouched` : ''}`;
  });
}

/** Buckets that no changed key belongs to. */
export function renderUntouched(key: readonly string[], count: number, buckets: readonly number[]): RenderedSql {
  const touched = renderTouched(key, count);
  return forBoth(
    ({ dialect }) =>
      `SELECT bucket FROM (VALUES ${buckets.map((bucket) => `(${bucket})`).join(', ')}) AS _buckets(bucket) WHERE bucket NOT IN (${touched[dialect]})`,
  );
}

function columnList(columns: readonly Column[], words: Words): string {
  return columns.map(({ name }) => words.name(name)).join(', ');
}
