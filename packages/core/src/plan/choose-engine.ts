import type { EngineDialect } from '../sql/text.ts';
import type { BuildStep } from '../steps/step.ts';
import { timeColumnOf } from '../steps/time-column.ts';

/** Who executes builds. `auto`: Spark from a size of the input on, DuckDB below it. */
export interface EngineRules {
  readonly mode: EngineDialect | 'auto';
  /** With `auto`: the bytes of Parquet from which a build goes to Spark. */
  readonly sparkFromBytes: number;
  /** What DuckDB may use. */
  readonly memoryBytes: number;
}

/** The engine of one build, and why. */
export interface EngineChoice {
  readonly engine: EngineDialect;
  readonly reason: 'asked' | 'small' | 'large' | 'no-spark-type';
  readonly inputBytes: number;
  /** Set if the build will probably need more memory than DuckDB may use: how much. It then works on disk, and more slowly. */
  readonly needsBytes?: number;
}

/** What is in a compressed file takes about this many times its size in memory. */
const MEMORY_PER_INPUT = 6;

/** Chooses the engine of a build: plain arithmetic on what the table logs say of its inputs. */
export function chooseEngine(step: Pick<BuildStep, 'inputBytes' | 'request'>, rules: EngineRules): EngineChoice {
  const inputBytes = step.inputBytes ?? 0;
  const { engine, reason } = choose(step, inputBytes, rules);
  const needsBytes = inputBytes * MEMORY_PER_INPUT;
  return { engine, reason, inputBytes, ...(engine === 'duckdb' && needsBytes > rules.memoryBytes ? { needsBytes } : {}) };
}

function choose(step: Pick<BuildStep, 'request'>, inputBytes: number, rules: EngineRules): Pick<EngineChoice, 'engine' | 'reason'> {
  if (rules.mode !== 'auto') return { engine: rules.mode, reason: 'asked' };
  if (inputBytes < rules.sparkFromBytes) return { engine: 'duckdb', reason: 'small' };
  return timeColumnOf(step.request) === undefined ? { engine: 'spark', reason: 'large' } : { engine: 'duckdb', reason: 'no-spark-type' };
}
