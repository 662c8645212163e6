import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, type Layer, layerOf, quarantineTableOf, tableOf } from './dataset-name.ts';
import type { LogicalDate } from './logical-date.ts';

declare const brand: unique symbol;

/** The key of one object in the lake: relative, `/`-separated, without `.` and `..`. */
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' };

/** Makes an object key. @throws internal/unexpected for a key that could leave the lake. */
export function objectKey(text: string): ObjectKey {
  const parts = text.split('/');
  if (text === '' || parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\'))) {
    throw new SnowmeltError('internal/unexpected', { message: `\`${text}\` is not an object key.` });
  }
  return text as ObjectKey;
}

/** Stands in a planned path for the attempt that will write it; the runner puts the attempt in. */
export const ATTEMPT = '{attempt}';

/** `bronze/year=2024/month=01/day=15`: the folder of one layer on one day. Date before table, as the architecture document asks. */
export function dayPrefix(layer: Layer, day: LogicalDate): string {
  const [year, month, date] = day.split('-');
  return `${layer}/year=${year}/month=${month}/day=${date}`;
}

/** The folder of one batch or version of a dataset's partition. */
export function partitionPrefix(name: DatasetName, day: LogicalDate, attempt: string): string {
  return `${dayPrefix(layerOf(name), day)}/${tableOf(name)}/${attempt}`;
}

/** The folder of the rows that one version of a partition refused. */
export function quarantinePrefix(name: DatasetName, day: LogicalDate, attempt: string): string {
  return `${dayPrefix(layerOf(name), day)}/${quarantineTableOf(name)}/${attempt}`;
}

/** Where a table's commits are. */
export function tableLogPrefix(name: DatasetName): string {
  return `artifacts/catalog/${name}/`;
}

/** Where the local catalog keeps what is registered. */
export const LOCAL_CATALOG_PREFIX = 'artifacts/catalog/_registered/';

/** Where run records are. */
export const RUNS_PREFIX = 'artifacts/logs/runs/';

/** The layers' data prefixes, for whoever must list data and nothing else. */
export function dataPrefix(layer: Layer): string {
  return `${layer}/`;
}
