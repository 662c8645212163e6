import { readFile } from 'node:fs/promises';
import { type Database, sqlText } from './source-tables.ts';

/** The tables that {@link buildReference} makes. */
export const REFERENCE_TABLES = [
  'silver.dim_customers',
  'silver.dim_products',
  'silver.fact_orders',
  'gold.sales_summary',
  'gold.customer_analytics',
  'gold.ml_features',
] as const;

/** What the reference is computed from. */
export interface ReferenceOptions {
  /** A Parquet file with the columns of the Online Retail file. */
  readonly file: string;
  /** The day as of which the snapshots are; later invoices are left out. */
  readonly logicalDate: string;
}

/**
 * Computes {@link REFERENCE_TABLES} in one go with the hand-written DuckDB script in `reference/`, which shares nothing with
 * Snowmelt: the yardstick for the pipeline's figures and for its speed.
 */
export async function buildReference(database: Database, options: ReferenceOptions): Promise<void> {
  const scripts = await Promise.all(['silver', 'gold'].map(readScript));
  const variables = `SET VARIABLE file = ${sqlText(options.file)}; SET VARIABLE logical_date = DATE ${sqlText(options.logicalDate)};`;
  await database.run([variables, ...scripts].join('\n'));
}

function readScript(name: string): Promise<string> {
  return readFile(new URL(`../reference/${name}.sql`, import.meta.url), 'utf8');
}
