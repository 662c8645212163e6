import { SnowmeltError } from '../errors/snowmelt-error.ts';

declare const brand: unique symbol;

/** The three layers of the lake. */
export const LAYERS = ['bronze', 'silver', 'gold'] as const;
export type Layer = (typeof LAYERS)[number];

/** `layer.table`, e.g. `silver.fact_orders`: lower-case letters, digits and underscores. */
export type DatasetName = string & { readonly [brand]: 'DatasetName' };

const TABLE = /^[a-z][a-z0-9_]{0,120}$/;

/** Tells whether `text` can name a table or a column of the lake. */
export function isLakeIdentifier(text: string): boolean {
  return TABLE.test(text) && !text.includes('__');
}

/** Makes a dataset name. @throws config/invalid */
export function datasetName(layer: string, table: string): DatasetName {
  if (!LAYERS.some((known) => known === layer) || !isLakeIdentifier(table)) {
    throw new SnowmeltError('config/invalid', {
      message: `\`${layer}.${table}\` is not a dataset name.`,
      hint: 'A dataset is named layer.table; the layer is bronze, silver or gold, the table is lower case: letters, digits, single underscores.',
    });
  }
  return `${layer}.${table}` as DatasetName;
}

/** Makes a dataset name from `layer.table`. @throws config/invalid */
export function parseDatasetName(text: string): DatasetName {
  const [layer = '', table = '', ...rest] = text.split('.');
  return datasetName(layer, rest.length > 0 ? `${table}.` : table);
}

/** The layer part of a dataset name. */
export function layerOf(name: DatasetName): Layer {
  return LAYERS.find((layer) => name.startsWith(`${layer}.`)) ?? 'bronze';
}

/** The table part of a dataset name. */
export function tableOf(name: DatasetName): string {
  return name.slice(name.indexOf('.') + 1);
}

/** The name by which finished SQL refers to a dataset: engines know no schemas for temporary views. */
export function relationOf(name: DatasetName): string {
  return name.replace('.', '__');
}

/** The name of the table that keeps the rows a dataset refused. */
export function quarantineTableOf(name: DatasetName): string {
  return `${tableOf(name)}__quarantine`;
}

/** The quarantine of a dataset as a table of its own, for the catalog and for queries. */
export function quarantineOf(name: DatasetName): DatasetName {
  return `${name}__quarantine` as DatasetName;
}
