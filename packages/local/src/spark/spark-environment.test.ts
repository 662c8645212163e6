import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setupSpark } from './setup-spark.ts';
import { findSparkPrograms, sparkEnvironmentFolder } from './spark-environment.ts';
import { openSpark } from './spark-process.ts';

let folder = '';
let bin = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-programs-'));
  bin = join(folder, 'bin');
  await mkdir(bin);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environmentFolder = (): string => join(folder, 'environment');
// The scripts need a shell, and nothing else of this machine.
const onlyThese = (): NodeJS.ProcessEnv => ({ PATH: [bin, dirname('/bin/sh')].join(delimiter) });

async function program(path: string, script: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

const java = (version: string): Promise<void> => program(join(bin, 'java'), `echo 'openjdk version "${version}"' >&2`);
const installed = async (): Promise<void> => {
  await program(join(environmentFolder(), 'bin', 'python'), 'echo "No module named pyspark" >&2; exit 1');
  await writeFile(join(environmentFolder(), 'made.txt'), 'pyspark==3.5.6\n');
};
const find = () => findSparkPrograms(environmentFolder(), { ...onlyThese(), JAVA_HOME: undefined });

it('finds Java 17 on the PATH or in JAVA_HOME, and the Python that was set up', async () => {
  await java('17.0.15');
  await installed();
  const python = join(environmentFolder(), 'bin', 'python');
  expect(await find()).toEqual({ java: 'java', python });
  expect(await findSparkPrograms(environmentFolder(), { PATH: dirname('/bin/sh'), JAVA_HOME: folder })).toEqual({
    java: join(folder, 'bin', 'java'),
    python,
  });
});

it('says how to get a Java that is missing, or of another version', async () => {
  await installed();
  await program(join(bin, 'java'), 'exit 1');
  const hint = expect.stringContaining('openjdk-17');
  await expect(find()).rejects.toMatchObject({ code: 'spark/not-installed', hint });
  await java('21.0.1');
  await expect(find()).rejects.toMatchObject({ code: 'spark/not-installed', message: expect.stringContaining('is Java 21'), hint });
});

it('says how to get PySpark; what an interrupted setup left is not taken for it', async () => {
  await java('17.0.1');
  const missing = { code: 'spark/not-installed', hint: expect.stringContaining('snowmelt spark setup') };
  await expect(find()).rejects.toMatchObject(missing);
  await program(join(environmentFolder(), 'bin', 'python'), '');
  await expect(find()).rejects.toMatchObject(missing);
});

it('keeps one environment for each user and version', () => {
  expect(sparkEnvironmentFolder({ XDG_CACHE_HOME: join('/home', 'cache') })).toBe(join('/home', 'cache', 'snowmelt', 'spark-3.5.6'));
});

it('is set up once: anew after an interruption, and not again when it is there', async () => {
  // Stands for Python: makes the folder of an environment, installs, and says what it was asked.
  const log = join(folder, 'log');
  await program(
    join(bin, 'python3.11'),
    `case "$1 $2" in -c*) echo 3.11;; "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python";; esac; echo "$@" >> ${log}`,
  );
  const env = { PATH: [bin, '/bin', '/usr/bin'].join(delimiter) };
  expect(await setupSpark(environmentFolder(), env)).toBe(true);
  expect(await readFile(log, 'utf8')).toContain('-m pip install --quiet --disable-pip-version-check pyspark==3.5.6');
  expect(await setupSpark(environmentFolder(), env)).toBe(false);
  await rm(join(environmentFolder(), 'made.txt'));
  expect(await setupSpark(environmentFolder(), env)).toBe(true);
});

it('says what to do where there is no Python, or nothing can be fetched', async () => {
  const failed = { code: 'spark/setup-failed' };
  await expect(setupSpark(environmentFolder(), { PATH: bin })).rejects.toMatchObject(failed);
  await program(join(bin, 'python3.11'), 'case "$1" in -c) echo 3.11;; *) exit 1;; esac');
  await expect(setupSpark(environmentFolder(), { PATH: [bin, '/bin', '/usr/bin'].join(delimiter) })).rejects.toMatchObject({
    ...failed,
    message: 'Could not make a Python environment.',
  });
});

it('says what Spark said when it does not start', async () => {
  await installed();
  const spark = openSpark({ memoryLimit: '1GB', threads: 1, tempFolder: join(folder, 'temp'), environment: environmentFolder() });
  const before = process.env['JAVA_HOME'];
  await java('17.0.1');
  process.env['JAVA_HOME'] = folder;
  try {
    await expect(spark.ask({ op: 'close', run: 'x' })).rejects.toMatchObject({
      code: 'spark/not-started',
      message: expect.stringContaining('No module named pyspark'),
    });
  } finally {
    if (before === undefined) delete process.env['JAVA_HOME'];
    else process.env['JAVA_HOME'] = before;
    spark.close();
  }
});
