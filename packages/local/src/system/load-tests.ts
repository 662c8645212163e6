import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { SnowmeltError } from '@snowmelt/core/ports';
import { isAbsent } from '../fs/fs-errors.ts';
import { loadModule } from './load-config.ts';

/** A file of unit tests as it was loaded: what it holds, or why it cannot be read. */
export type LoadedTests =
  | { readonly file: string; readonly content: unknown; readonly lines: readonly number[] }
  | { readonly file: string; readonly error: unknown };

const TESTS_FOLDER = 'tests';
const DATA = /\.(ya?ml|json)$/;
const MODULE = /\.m?[jt]s$/;
// Those of other test runners, and declarations of types.
const OTHERS = /\.(test|spec|d)\.\w+$/;

/** Loads all files of unit tests of a project: YAML, JSON and modules below `tests/`. A broken file does not stop the others. */
export async function loadTests(projectFolder: string, cacheFolder: string): Promise<readonly LoadedTests[]> {
  const project = resolve(projectFolder);
  const paths = await listTests(join(project, TESTS_FOLDER));
  return await Promise.all(
    paths.map(async (path): Promise<LoadedTests> => {
      const file = relative(project, path).split(sep).join('/');
      try {
        return { file, ...(await loadOne(project, path, file, cacheFolder)) };
      } catch (error) {
        return { file, error };
      }
    }),
  );
}

async function listTests(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && (DATA.test(entry.name) || MODULE.test(entry.name)) && !OTHERS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`))
    .sort();
}

async function loadOne(project: string, path: string, file: string, cacheFolder: string) {
  if (DATA.test(path)) {
    const { readYaml } = await import('./read-yaml.ts');
    return readYaml(await readFile(path, 'utf8'), file);
  }
  const content = await loadModule(project, path, cacheFolder);
  if (content !== undefined) return { content, lines: [] };
  throw new SnowmeltError('test/invalid', {
    message: `\`${file}\` exports no tests.`,
    hint: 'End it with `export default defineTests([ … ])`.',
    at: { file },
  });
}
