import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SnowmeltError } from '@snowmelt/core/ports';

/** The folder of the Python program that executes steps: beside the sources, or beside the bundled command. */
export function runnerFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'spark-runner');
    if (existsSync(join(found, 'snowmelt_spark_runner', '__main__.py'))) return found;
    if (folder === dirname(folder)) throw new SnowmeltError('internal/unexpected', { message: 'The Spark runner is not in this package.' });
  }
}
