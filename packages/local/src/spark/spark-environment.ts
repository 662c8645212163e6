import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SnowmeltError } from '@snowmelt/core/ports';

const run = promisify(execFile);

/** The engine that AWS Glue 5 runs, and what it runs on. */
export const SPARK_VERSION = '3.5.6';
export const SPARK_PACKAGE = `pyspark==${SPARK_VERSION}`;
export const MADE = 'made.txt';
const JAVA_MAJOR = 17;
const HOW_TO_GET_JAVA =
  'Install a Java 17 runtime (Debian, Ubuntu: `apt install openjdk-17-jre-headless`; macOS: `brew install openjdk@17`) and put its `java` on the PATH, or set JAVA_HOME to it.';

/** What Spark is started with. */
export interface SparkPrograms {
  readonly java: string;
  readonly python: string;
}

/** Where `snowmelt spark setup` puts its Python environment: once for each user, because it is 400 MB. */
export function sparkEnvironmentFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'snowmelt', `spark-${SPARK_VERSION}`);
}

/** The Python of an environment's folder. */
export function pythonOf(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

/** Finds what Spark needs on this machine. @throws spark/not-installed which says how to get what is missing */
export async function findSparkPrograms(folder: string, environment: NodeJS.ProcessEnv = process.env): Promise<SparkPrograms> {
  const java = environment['JAVA_HOME'] ? join(environment['JAVA_HOME'], 'bin', 'java') : 'java';
  await checkJava(java, environment);
  const made = await readFile(join(folder, MADE), 'utf8').catch(() => '');
  if (made.trim() !== SPARK_PACKAGE)
    throw new SnowmeltError('spark/not-installed', {
      message: `PySpark ${SPARK_VERSION} is not installed in \`${folder}\`.`,
      hint: '`snowmelt spark setup` installs it there, from PyPI: about 400 MB. Without Spark, everything runs on DuckDB.',
    });
  return { java, python: pythonOf(folder) };
}

async function checkJava(java: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const answer = await run(java, ['-version'], { env: environment }).catch(() => undefined);
  if (answer === undefined)
    throw new SnowmeltError('spark/not-installed', { message: `Spark needs Java, and \`${java}\` does not run.`, hint: HOW_TO_GET_JAVA });
  const major = Number(/version "(\d+)/.exec(`${answer.stderr}${answer.stdout}`)?.[1]);
  if (major !== JAVA_MAJOR)
    throw new SnowmeltError('spark/not-installed', {
      message: `Spark ${SPARK_VERSION} is run on Java ${JAVA_MAJOR}, as on AWS Glue; \`${java}\` is Java ${major}.`,
      hint: HOW_TO_GET_JAVA,
    });
}
