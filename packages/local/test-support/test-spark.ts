import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment, whyNoPython } from '../../../scripts/python-environment.mjs';
import { SPARK_VERSION } from '../src/spark/spark-environment.ts';
import { openSpark, type SparkProcess } from '../src/spark/spark-process.ts';

const CACHE = fileURLToPath(new URL('../../../.cache', import.meta.url));

/** Says why Spark cannot be tested on this machine; undefined if it can. */
export function whyNoSpark(): string | undefined {
  const java = process.env['JAVA_HOME'] === undefined ? 'java' : join(process.env['JAVA_HOME'], 'bin', 'java');
  const { status, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (status !== 0 || !/version "17\b/.test(stderr)) return 'there is no Java 17';
  return whyNoPython([3, 9]);
}

/** The folder of an environment with PySpark, which is made if it is not there. */
export async function testSparkEnvironment(): Promise<string> {
  return dirname(dirname(await pythonEnvironment('pyspark', SPARK_VERSION, CACHE)));
}

/** A warm Spark for tests; nothing of this machine's user is used. */
export async function openTestSpark(): Promise<SparkProcess> {
  const environment = await testSparkEnvironment();
  return openSpark({ memoryLimit: '1GB', threads: 2, tempFolder: join(tmpdir(), 'snowmelt-test-spark'), environment });
}
