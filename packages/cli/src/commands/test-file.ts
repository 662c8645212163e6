import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { renderYaml, type UnitTest } from '@snowmelt/core/pipeline';
import { SnowmeltError } from '@snowmelt/core/ports';

/** A path in `tests/` that is free, e.g. `tests/fact-orders-refused-2.yaml`. */
export async function freePath(folder: string, dataset: string, what: string): Promise<string> {
  const stem = `${dataset.slice(dataset.indexOf('.') + 1).replaceAll('_', '-')}-${what}`;
  for (let n = 1; ; n++) {
    const path = join(folder, 'tests', `${stem}${n === 1 ? '' : `-${n}`}.yaml`);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) return path;
  }
}

/** Writes a test to a new file; returns its path, relative to the project. @throws cli/exists */
export async function writeTestFile(
  path: string,
  test: UnitTest,
  comment: readonly string[],
  { folder, cwd }: { readonly folder: string; readonly cwd: string },
): Promise<string> {
  const target = resolve(cwd, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, renderYaml(test, comment), { flag: 'wx' }).catch((cause: unknown) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw new SnowmeltError('cli/exists', { message: `\`${path}\` exists already.`, hint: 'Name another file with --out.', cause });
  });
  return relative(folder, target);
}
