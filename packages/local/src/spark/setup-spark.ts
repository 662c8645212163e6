import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SnowmeltError } from '@snowmelt/core/ports';
import { MADE, pythonOf, SPARK_PACKAGE } from './spark-environment.ts';

const run = promisify(execFile);
const NAMES = ['python3.11', 'python3.12', 'python3.10', 'python3.9', 'python3'];
const SUPPORTED = /^3\.(9|10|11|12)$/;

/**
 * Makes the private Python environment of Spark, with nothing in it but the pinned PySpark. What is there already stays; what an
 * interrupted setup left is made again. Returns false if there was nothing to do. @throws spark/setup-failed
 */
export async function setupSpark(folder: string, environment: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if ((await readFile(join(folder, MADE), 'utf8').catch(() => '')).trim() === SPARK_PACKAGE && (await works(pythonOf(folder))))
    return false;
  const python = await findPython(environment);
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await step('make a Python environment', () => run(python, ['-m', 'venv', folder], { env: environment }));
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', SPARK_PACKAGE];
  await step(`install ${SPARK_PACKAGE}`, () => run(pythonOf(folder), install, { env: environment }));
  // Last, so an environment that was interrupted is made anew.
  await writeFile(join(folder, MADE), `${SPARK_PACKAGE}\n`);
  return true;
}

async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  for (const name of NAMES) {
    const answer = await run(name, ['-c', 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])'], { env }).catch(
      () => undefined,
    );
    if (answer !== undefined && SUPPORTED.test(answer.stdout.trim())) return name;
  }
  throw new SnowmeltError('spark/setup-failed', {
    message: 'No Python from 3.9 to 3.12 with `venv` and `ensurepip` is on the PATH.',
    hint: 'Install one (Debian, Ubuntu: `apt install python3 python3-venv`; macOS: `brew install python@3.11`), then run `snowmelt spark setup` again.',
  });
}

async function works(python: string): Promise<boolean> {
  return run(python, ['-c', 'import pyspark']).then(
    () => true,
    () => false,
  );
}

async function step(what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    throw new SnowmeltError('spark/setup-failed', {
      message: `Could not ${what}.`,
      hint: 'It is fetched from PyPI: check the network and any proxy (`pip config list`), then run `snowmelt spark setup` again.',
      cause,
    });
  }
}
