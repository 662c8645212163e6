// Puts the command into few files: of a short run, a third would otherwise go into finding and reading 150 modules.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at('packages/cli/bundle'), { recursive: true, force: true });
await build({
  entryPoints: [at('packages/cli/src/main.ts'), at('packages/cli/src/terminal.ts')],
  outdir: at('packages/cli/bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['snowmelt-source'],
  // What holds native code or WebAssembly, or is loaded for changed projects only, stays where it is.
  external: ['@duckdb/node-api', '@polyglot-sql/sdk', 'croner', 'es-module-lexer', 'sucrase'],
  legalComments: 'none',
  logLevel: 'warning',
});
