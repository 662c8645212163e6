import type { EngineRules } from '@snowmelt/core/pipeline';
import { SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { Invocation } from './command.ts';
import { readSize, readText } from './read-options.ts';

const MODES: readonly EngineRules['mode'][] = ['duckdb', 'spark', 'auto'];

/** What DuckDB and Spark may use, unless `--memory` says otherwise. */
export const DEFAULT_MEMORY = '2GB';
/** See docs/engines.md for where it comes from. */
const DEFAULT_SPARK_FROM = '10GB';
// Options of DuckDB's may be spelled in ways that are not ours.
const UNKNOWN_MEMORY = Number.POSITIVE_INFINITY;

/** Reads `--engine`, `--spark-from` and `--memory`. @throws cli/usage */
export function readEngine(invocation: Invocation): EngineRules {
  const text = readText(invocation, 'engine') ?? 'duckdb';
  const mode = MODES.find((one) => one === text);
  if (mode === undefined)
    throw new SnowmeltError('cli/usage', { message: `--engine takes ${MODES.join(', ')}, not \`${text}\`.`, hint: suggest(text, MODES) });
  return { mode, sparkFromBytes: readSize(invocation, 'spark-from', DEFAULT_SPARK_FROM), memoryBytes: memoryOf(invocation) };
}

function memoryOf(invocation: Invocation): number {
  try {
    return readSize(invocation, 'memory', DEFAULT_MEMORY);
  } catch {
    return UNKNOWN_MEMORY;
  }
}
