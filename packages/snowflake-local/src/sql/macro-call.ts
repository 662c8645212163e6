/** Where the functions live that DuckDB does not have; see `database/macros.ts`. */
export const MACRO_SCHEMA = 'snowflake_local.main';

/** Writes a call of one of them. */
export function macro(name: string, ...args: readonly string[]): string {
  return `${MACRO_SCHEMA}.${name}(${args.join(', ')})`;
}
