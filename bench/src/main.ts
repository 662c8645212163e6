import type { Benchmark } from './figures.ts';
import { printFigures } from './figures.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  startup: async () => (await import('./startup.ts')).startup,
  checks: async () => (await import('./checks/checks.ts')).checks,
  extract: async () => (await import('./extract/extract.ts')).extract,
  engines: async () => (await import('./engines/engines.ts')).engines,
  dedupe: async () => (await import('./dedupe.ts')).dedupe,
  history: async () => (await import('./history.ts')).history,
  log: async () => (await import('./log.ts')).log,
  retail: async () => (await import('./retail.ts')).retail,
};

const names = process.argv.slice(2);
const unknown = names.find((name) => BENCHMARKS[name] === undefined);
if (unknown !== undefined) {
  console.error(`There is no benchmark \`${unknown}\`. Known: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const name of names.length === 0 ? Object.keys(BENCHMARKS) : names) {
    console.log(`${name}:`);
    const benchmark = await BENCHMARKS[name]?.();
    const figures = (await benchmark?.((line) => console.log(`  ${line}`))) ?? [];
    process.exitCode = Math.max(Number(process.exitCode ?? 0), printFigures(name, figures, console.log));
  }
}
