import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['snowmelt-source'] },
  ssr: { resolve: { conditions: ['snowmelt-source', 'node'], externalConditions: ['snowmelt-source', 'node'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'examples/*/**/*.test.ts',
      'tests/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/dist/**', '**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
