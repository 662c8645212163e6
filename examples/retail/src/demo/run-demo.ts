import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonLines, snowmelt } from './command.ts';
import type { DemoOptions } from './demo-arguments.ts';
import { type DemoSource, openDemoSource } from './demo-source.ts';
import { summarise } from './summarise.ts';

const PROJECT = shortPath(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''));

/** Runs the demo and prints what happened; returns the exit code. */
export async function runDemo(options: Extract<DemoOptions, { kind: 'run' }>): Promise<number> {
  const lake = shortPath(join(options.folder, 'lake'));
  const startedAt = performance.now();
  const source = await openDemoSource(options.folder, options);
  Object.assign(process.env, source.environment);
  const interrupts = new Set<() => void>();
  const stop = () => {
    for (const interrupt of interrupts) interrupt();
  };
  process.once('SIGINT', stop);
  try {
    const outcome = await runDays(source, { lake, atOnce: options.atOnce, interrupts });
    if (outcome.exitCode !== 0) return outcome.exitCode;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(
      await summarise({
        lake,
        project: PROJECT,
        ...outcome,
        seconds,
        from: options.data === undefined ? 'a simulated shop' : 'the Online Retail file',
        again: process.argv.slice(2),
      }),
    );
    return 0;
  } finally {
    process.off('SIGINT', stop);
    await source.close();
  }
}

interface RunsOptions {
  readonly lake: string;
  readonly atOnce: boolean;
  readonly interrupts: Set<() => void>;
}

interface RunsOutcome {
  readonly exitCode: number;
  readonly days: number;
  readonly built: number;
}

async function runDays(source: DemoSource, { lake, atOnce, interrupts }: RunsOptions): Promise<RunsOutcome> {
  const days = atOnce ? source.days.slice(-1) : source.days;
  let built = 0;
  for (const [index, day] of days.entries()) {
    await source.advanceTo(day);
    const result = await snowmelt(['run', '--project', PROJECT, '--lake', lake, '--date', day, '--json'], (listener) => {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    });
    if (result.exitCode !== 0) {
      process.stderr.write(`\n${day} failed:\n${result.out}${result.err}`);
      return { exitCode: result.exitCode, days: index, built };
    }
    const steps = readJsonLines(result.out).filter(({ code }) => code === 'step/finished').length;
    built += steps > 0 ? 1 : 0;
    showProgress(
      `${day}: ${steps === 0 ? 'nothing to do' : `${steps} steps`} (${index + 1} of ${days.length} days)`,
      index + 1 === days.length,
    );
  }
  return { exitCode: 0, days: days.length, built };
}

// A line a day would bury what matters; where the terminal can move, one line does.
function showProgress(text: string, isLast: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${isLast ? '' : text}`);
  else if (isLast) process.stderr.write(`Last day ${text}\n\n`);
}

// As a person would type it here.
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || short === '' ? path : short;
}
