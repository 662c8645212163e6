import { type DatasetName, SnowmeltError } from '@snowmelt/core/ports';
import { interrupted } from '../duckdb/duckdb-error.ts';
import { diskFull } from '../fs/fs-errors.ts';

/** What the runner says of a failure: never a value of a row. */
export interface SparkFailure {
  readonly kind: 'sql' | 'value' | 'memory' | 'disk' | 'io' | 'cancelled' | 'outside' | 'other';
  readonly doing?: string;
  readonly errorClass?: string;
  /** The SQL at which it happened. */
  readonly fragment?: string;
  /** Of failures that are about the SQL alone. */
  readonly message?: string;
}

/** Turns a failure of the runner into a coded error. */
export function toSparkError(failure: SparkFailure, dataset: DatasetName, folder: string): SnowmeltError {
  const doing = failure.doing ?? `building ${dataset}`;
  const at = { dataset };
  switch (failure.kind) {
    case 'cancelled':
      return interrupted(doing);
    case 'memory':
      return outOfMemory(doing, dataset);
    case 'disk':
      return diskFull(folder, undefined);
    case 'value': {
      const where = failure.fragment === undefined ? '' : ` at \`${failure.fragment}\``;
      const message = `While ${doing}, a value did not fit its type${where} (Spark: ${failure.errorClass}).`;
      const hint = 'Use TRY_CAST, or a cleaning rule with `onFail`, where such values are to be expected.';
      return new SnowmeltError('build/value-does-not-fit', { message, hint, at });
    }
    case 'sql':
      return new SnowmeltError('build/failed', { message: `While ${doing}: ${failure.message}`, at });
    case 'io':
      return new SnowmeltError('lake/io', { message: `While ${doing}, Spark could not read or write a file of the lake.`, at });
    default:
      return new SnowmeltError('build/failed', {
        message: `While ${doing}, Spark gave up with an error of kind ${failure.errorClass}.`,
        at,
      });
  }
}

/** Spark used up what it may use. */
export function outOfMemory(doing: string, dataset: DatasetName): SnowmeltError {
  return new SnowmeltError('build/out-of-memory', {
    message: `While ${doing}, Spark ran out of the memory it may use.`,
    hint: 'Allow more with `--memory`, e.g. `--memory 4GB`.',
    at: { dataset },
  });
}
