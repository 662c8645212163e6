import { SnowmeltError } from '../errors/snowmelt-error.ts';
import {
  type DatasetName,
  isLakeIdentifier,
  LAYERS,
  type Layer,
  layerOf,
  parseDatasetName,
  quarantineTableOf,
  tableOf,
} from './dataset-name.ts';
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

/** Where all table logs are. */
export const TABLE_LOGS_PREFIX = 'artifacts/catalog/';

/** Where a table's commits are. */
export function tableLogPrefix(name: DatasetName): string {
  return `${TABLE_LOGS_PREFIX}${name}/`;
}

/** The dataset whose log an object belongs to; undefined if it is no part of a log. */
export function tableOfLog(key: ObjectKey): DatasetName | undefined {
  const [name = ''] = key.slice(TABLE_LOGS_PREFIX.length).split('/');
  return LAYERS.some((layer) => name.startsWith(`${layer}.`)) ? parseDatasetName(name) : undefined;
}

/** Where the local catalog keeps what is registered. */
export const LOCAL_CATALOG_PREFIX = 'artifacts/catalog/_registered/';

/** Where run records are. */
export const RUNS_PREFIX = 'artifacts/logs/runs/';

/** Where results of checks are, of all datasets or of one: an object for each attempt that was judged. */
export function checkResultsPrefix(name?: DatasetName): string {
  return name === undefined ? 'artifacts/logs/checks/' : `artifacts/logs/checks/${name}/`;
}

/** Where the results of one attempt are. */
export function checkResultsKey(name: DatasetName, attempt: string): ObjectKey {
  return objectKey(`${checkResultsPrefix(name)}${attempt}.json`);
}

/** Where OpenLineage events are: a folder for each run. */
export const LINEAGE_PREFIX = 'artifacts/logs/lineage/';

/** Where notes about extractions under way are. */
export const ATTEMPTS_PREFIX = 'artifacts/logs/attempts/';

/** Where a mark is kept by which a key for personal data is known again; it is not the key. */
export function protectionKeyPath(name: string): ObjectKey {
  return objectKey(`artifacts/keys/${name}.json`);
}

/** The layers' data prefixes, for whoever must list data and nothing else. */
export function dataPrefix(layer: Layer): string {
  return `${layer}/`;
}

/** The dataset that a data file, kept or refused rows, belongs to; undefined for a file that is none. */
export function tableOfData(key: ObjectKey): DatasetName | undefined {
  const [layer, , , , table = ''] = key.split('/');
  const name = table.replace(/__quarantine$/, '');
  return LAYERS.some((known) => known === layer) && isLakeIdentifier(name) ? parseDatasetName(`${layer}.${name}`) : undefined;
}

/**
 * A dataset's partition folder, date before table as the architecture document asks, for whichever day and attempt:
 * `{year}`, `{month}`, `{day}` and `{attempt}` are filled in by who writes.
 */
export function partitionTemplate(name: DatasetName, part: 'rows' | 'quarantine'): string {
  const table = part === 'rows' ? tableOf(name) : quarantineTableOf(name);
  return `${dataPrefix(layerOf(name))}year={year}/month={month}/day={day}/${table}/${ATTEMPT}`;
}

/** Fills a template of {@link partitionTemplate}. */
export function fillTemplate(template: string, day: LogicalDate, attempt: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return template.replace('{year}', year).replace('{month}', month).replace('{day}', date).replace(ATTEMPT, attempt);
}

/** The name of one attempt to write: unique, and its first ten characters are the logical date. */
export function attemptName(day: LogicalDate, run: string, attempt: number): string {
  return `${day}-${run}-${attempt}`;
}
