// Makes private Python environments with one exact package each, for tests against other people's clients.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MADE = 'made.txt';

/**
 * Says why no environment can be made here; undefined if one can.
 * @param {readonly [number, number]} least the oldest Python that will do
 * @returns {string | undefined}
 */
export function whyNoPython([major, minor]) {
  const { status, stdout } = spawnSync('python3', ['-c', 'import ensurepip, sys, venv; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  if (status !== 0) return 'there is no python3 with venv and ensurepip';
  const [foundMajor = 0, foundMinor = 0] = stdout.trim().split(' ').map(Number);
  const isOldEnough = foundMajor > major || (foundMajor === major && foundMinor >= minor);
  return isOldEnough ? undefined : `python3 is ${foundMajor}.${foundMinor}, and ${major}.${minor} is needed`;
}

/**
 * Gives the Python of an environment that has a package, and makes it if it is not there: `.cache/python-VERSION/`.
 * @param {string} name
 * @param {string} version exact
 * @param {string} [cache]
 * @returns {Promise<string>}
 */
export async function pythonEnvironment(name, version, cache = '.cache') {
  const folder = join(cache, `python-${version}`);
  const python = join(folder, 'bin', 'python');
  const made = join(folder, MADE);
  const wanted = `${name}==${version}`;
  if ((await readFile(made, 'utf8').catch(() => '')) === wanted && (await works(python))) return python;
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted]);
  // Last, so an environment that was interrupted is made anew.
  await writeFile(made, wanted);
  return python;
}

/** @param {string} python */
async function works(python) {
  return run(python, ['-c', '']).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [name, version] = process.argv.slice(2);
  if (name === undefined || version === undefined) throw new Error('Usage: python-environment.mjs PACKAGE VERSION');
  console.log(await pythonEnvironment(name, version));
}
