import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * Loads DuckDB, at its first use: that alone takes a good part of a short run. By `require`, because the package is CommonJS
 * of many files, and `import` would first parse each of them for its names.
 */
export function duckdbModule(): typeof import('@duckdb/node-api') {
  return load('@duckdb/node-api');
}
