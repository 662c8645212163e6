// Makes private Python environments with one exact package each, for tests against other people's clients.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  const wanted = `${name}==${version}`;
  if (await isMade(folder, wanted)) return pythonOf(folder);
  // Tests in several processes may want it at once: each makes its own, and the first one done has it.
  const making = `${folder}.${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', making]);
    await run(pythonOf(making), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted]);
    await writeFile(join(making, MADE), wanted);
    if (await isMade(folder, wanted)) return pythonOf(folder);
    await rm(folder, { recursive: true, force: true });
    await rename(making, folder).catch(async (error) => {
      if (!(await isMade(folder, wanted))) throw error;
    });
    return pythonOf(folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {string} wanted */
async function isMade(folder, wanted) {
  return (await readFile(join(folder, MADE), 'utf8').catch(() => '')) === wanted && (await works(pythonOf(folder)));
}

/** @param {string} folder */
function pythonOf(folder) {
  return join(folder, 'bin', 'python');
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
