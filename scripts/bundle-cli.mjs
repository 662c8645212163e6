// Puts the command into few files: of a short run, a third would otherwise go into finding and reading 150 modules.
import { cpSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// Where it stands alone, DuckDB's package is found at run time; here it becomes part of the bundle, all but its native code.
const duckdbInside = {
  name: 'duckdb-inside',
  setup: (/** @type {import('esbuild').PluginBuild} */ { onLoad }) => {
    onLoad({ filter: /duckdb-module\.ts$/ }, () => ({
      contents: "export function duckdbModule() { return require('@duckdb/node-api'); }",
      loader: 'ts',
      resolveDir: at('packages/local'),
    }));
  },
};

// Asking whether Node has `Request` and `Response` makes it load its `fetch`, which takes longer than the SDK itself.
const translatorInside = {
  name: 'translator-inside',
  setup: (/** @type {import('esbuild').PluginBuild} */ { onLoad, onResolve }) => {
    onResolve({ filter: /^@polyglot-sql\/sdk$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /@polyglot-sql\/sdk\/dist\/manual\.js$/ }, async ({ path }) => ({
      contents: `const Request = undefined; const Response = undefined;\n${await readFile(path, 'utf8')}`,
      loader: 'js',
    }));
  },
};

rmSync(at('packages/cli/bundle'), { recursive: true, force: true });
await build({
  entryPoints: [at('packages/cli/src/main.ts'), at('packages/cli/src/terminal.ts')],
  outdir: at('packages/cli/bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  conditions: ['snowmelt-source'],
  // Native code stays where it is.
  external: ['@duckdb/node-bindings'],
  plugins: [duckdbInside, translatorInside],
  banner: { js: "import { createRequire as snowmeltRequire } from 'node:module'; const require = snowmeltRequire(import.meta.url);" },
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
});

// The Python program that Spark steps are executed by.
const runner = 'spark-runner/snowmelt_spark_runner';
cpSync(at(runner), at(`packages/cli/bundle/${runner}`), { recursive: true, filter: (path) => !path.includes('__pycache__') });
