import type { PipelineDeclaration } from './pipeline-schema.ts';

const MARK = Symbol.for('snowmelt.pipeline');

/**
 * Declares a pipeline; the default export of `snowmelt.config.ts`. It is read strictly when the project is loaded.
 *
 * @example
 * ```ts
 * export default definePipeline({
 *   name: 'shop',
 *   source: { kind: 'snowflake', account: 'MYORG-ACCOUNT1', user: 'ETL', privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP' },
 *   bronze: {
 *     products: { table: 'PRODUCTS', mode: 'full', columns: { stock_code: 'VARCHAR', unit_price: 'NUMBER(12,3)' } },
 *   },
 * });
 * ```
 */
export function definePipeline(declaration: PipelineDeclaration): PipelineDeclaration {
  return Object.defineProperty({ ...declaration }, MARK, { value: true });
}

/** Tells whether `value` came out of {@link definePipeline}, of whichever copy of the package. */
export function isPipelineDeclaration(value: unknown): value is PipelineDeclaration {
  return typeof value === 'object' && value !== null && MARK in value;
}
