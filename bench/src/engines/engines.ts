import { type ChildProcess, spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findSparkPrograms, sparkEnvironmentFolder } from '@snowmelt/local';
import type { Benchmark, Figure } from '../figures.ts';
import { timeSnowmelt } from '../process-time.ts';
import { countRows } from '../scratch-duckdb.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { makeEnginesProject } from './project.ts';
import { watchTreeMemory } from './tree-memory.ts';

const DATE = '2024-03-01';
const SCRIPT = fileURLToPath(new URL('../../../spark-runner/bench/hand_written.py', import.meta.url));

/**
 * The same plan on DuckDB and on Spark: order lines to one row each and to sales by day, from the bronze files on. Each figure is
 * that of a whole process, its start included. The last is the runner against a hand-written PySpark script of the same job.
 */
export const engines: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const { SNOWMELT_ENGINES_ROWS: wanted = '1000000,10000000,50000000', SNOWMELT_ENGINES_MEMORY: memory = '4GB' } = process.env;
    const { python } = await findSparkPrograms(sparkEnvironmentFolder());
    log(`${wanted} rows (SNOWMELT_ENGINES_ROWS), --memory ${memory} (SNOWMELT_ENGINES_MEMORY)`);
    const figures: Figure[] = [];
    const sizes: Size[] = [];
    for (const rows of wanted.split(',').map(Number)) {
      const size = await measure(join(folder, String(rows)), rows, { memory, python });
      sizes.push(size);
      const found = describe(size);
      figures.push(...found);
      for (const { name, value, unit } of found) log(`${name}: ${value.toFixed(2)} ${unit}`);
    }
    return [...figures, ...conclude(sizes)];
  });

interface Cost {
  readonly seconds: number;
  readonly megabytes: number;
}

interface Size {
  readonly rows: number;
  readonly duckdb: Cost;
  readonly spark: Cost;
  readonly script: Cost;
}

async function measure(folder: string, rows: number, limits: { readonly memory: string; readonly python: string }): Promise<Size> {
  const file = await makeEnginesProject(folder, rows);
  const common = ['--project', folder, '--date', DATE, '--memory', limits.memory, '-q'];
  const bronze = join(folder, 'bronze-only');
  await timeSnowmelt(['run', ...common, '--lake', bronze, '--select', 'bronze.*']);
  const timeEngine = async (engine: 'duckdb' | 'spark'): Promise<Cost> => {
    const lake = join(folder, engine);
    await cp(bronze, lake, { recursive: true });
    return await timed((onStart) => timeSnowmelt(['run', ...common, '--lake', lake, '--engine', engine], {}, onStart));
  };
  const duckdb = await timeEngine('duckdb');
  const spark = await timeEngine('spark');
  const target = join(folder, 'script');
  const argv = [SCRIPT, file, target, limits.memory.replace(/B$/i, ''), String(availableParallelism())];
  const script = await timed((onStart) => timeProcess(limits.python, argv, onStart));
  const counts = await Promise.all(['duckdb', 'spark'].map((lake) => countRows(join(folder, lake, 'silver'), join(folder, lake, 'gold'))));
  const expected = await countRows(join(target, 'lines'), join(target, 'sales'));
  if (counts.some((count) => count !== expected))
    throw new Error(`The script wrote ${expected} rows, the engines ${counts.join(' and ')}.`);
  return { rows, duckdb, spark, script };
}

async function timed(act: (onStart: (child: ChildProcess) => void) => Promise<number>): Promise<Cost> {
  let peak = (): number => 0;
  const ms = await act((child) => {
    peak = watchTreeMemory(child);
  });
  return { seconds: ms / 1000, megabytes: peak() };
}

function timeProcess(command: string, argv: readonly string[], onStart: (child: ChildProcess) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, [...argv], { stdio: 'ignore', env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' } });
    onStart(child);
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(performance.now() - startedAt) : reject(new Error(`${command} ended with ${code}`))));
  });
}

function describe({ rows, duckdb, spark, script }: Size): Figure[] {
  const of = `${(rows / 1e6).toString()} million lines`;
  return [
    { name: `${of}: DuckDB`, value: duckdb.seconds, unit: 's' },
    { name: `${of}: DuckDB, greatest memory`, value: duckdb.megabytes, unit: 'MB' },
    { name: `${of}: Spark`, value: spark.seconds, unit: 's' },
    { name: `${of}: Spark, greatest memory`, value: spark.megabytes, unit: 'MB' },
    { name: `${of}: hand-written PySpark`, value: script.seconds, unit: 's' },
    { name: `${of}: runner / hand-written`, value: spark.seconds / script.seconds, unit: 'x' },
  ];
}

// Of small sizes the start of Spark is most of the time, so the largest one tells.
function conclude(sizes: readonly Size[]): Figure[] {
  const largest = sizes.at(-1);
  if (largest === undefined) return [];
  const pays = sizes.find(({ duckdb, spark }) => spark.seconds < duckdb.seconds);
  const name = pays === undefined ? 'Spark pays on this machine: not up to' : 'Spark pays on this machine from';
  const ratio = largest.spark.seconds / largest.script.seconds;
  return [
    { name, value: (pays ?? largest).rows / 1e6, unit: 'million lines' },
    { name: 'runner / hand-written, largest size', value: ratio, unit: 'x', limit: { kind: 'at most', value: 1.1 } },
  ];
}
