import { access, mkdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { uniqueName } from '../fs/process-owner.ts';
import { type ConfigModule, hashOf } from './config-modules.ts';

/** A compiled configuration: what it was made from, and where it lies. The entry is the first module. */
export interface CompiledConfig {
  /** Folder of the compiled modules, `0.mjs` and so on, in the order of `modules`. */
  readonly folder: string;
  readonly modules: readonly { readonly path: string; readonly hash: string }[];
  /** Packages that the modules import, as they were found from `from`. */
  readonly packages: readonly PackageLink[];
}

/** A package that a module imports by name, and its folder. */
interface PackageLink {
  readonly name: string;
  readonly from: string;
  readonly target: string;
}

// Part of every hash: raise it when compiled modules change their form.
const FORMAT = 1;

/** The compiled form of a configuration, if one is kept that is still true of every file it was made from. */
export async function findCompiled(cacheFolder: string, entry: string): Promise<CompiledConfig | undefined> {
  try {
    const compiled: CompiledConfig = JSON.parse(await readFile(indexFile(cacheFolder, entry), 'utf8'));
    const fresh = await Promise.all([
      ...compiled.modules.map(async ({ path, hash }) => hashOf(await readFile(path, 'utf8')) === hash),
      ...compiled.packages.map(async ({ name, from, target }) => (await findPackage(name, from)) === target),
      access(compiledFile(compiled, 0)).then(() => true),
    ]);
    return fresh.every((isFresh) => isFresh) ? compiled : undefined;
  } catch {
    // Absent, damaged, or made from files that are gone: compiling anew mends all of that.
    return undefined;
  }
}

/** Writes compiled modules to a folder named after their content, beside links to the packages that they import. */
export async function keepCompiled(cacheFolder: string, entry: string, modules: readonly ConfigModule[]): Promise<CompiledConfig> {
  const packages = await linksOf(modules);
  const sources = modules.map(({ path, hash }) => ({ path, hash }));
  const folder = join(cacheFolder, hashOf(JSON.stringify([FORMAT, sources, packages])).slice(0, 32));
  const compiled: CompiledConfig = { folder, modules: sources, packages };
  const draft = join(cacheFolder, uniqueName());
  await mkdir(draft, { recursive: true });
  const indexes = new Map(modules.map((module, i) => [module.path, i]));
  for (const [i, module] of modules.entries()) await writeFile(join(draft, `${i}.mjs`), applyEdits(module, indexes));
  for (const { name, target } of packages) await linkPackage(join(draft, 'node_modules', name), target);
  // If the folder is there, another process made it, from the same content.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  const draftIndex = join(cacheFolder, `${uniqueName()}.json`);
  await writeFile(draftIndex, JSON.stringify(compiled));
  await rename(draftIndex, indexFile(cacheFolder, entry));
  return compiled;
}

/** The path of a compiled module. */
export function compiledFile(compiled: CompiledConfig, index: number): string {
  return join(compiled.folder, `${index}.mjs`);
}

function indexFile(cacheFolder: string, entry: string): string {
  return join(cacheFolder, `${hashOf(entry).slice(0, 32)}.json`);
}

function applyEdits(module: ConfigModule, indexes: ReadonlyMap<string, number>): string {
  let text = '';
  let done = 0;
  for (const edit of module.edits) {
    text += module.code.slice(done, edit.start);
    const place = edit.kind === 'module' ? `./${indexes.get(edit.path)}.mjs` : edit.text;
    text += edit.kind === 'module' && edit.isQuoted ? `'${place}'` : place;
    done = edit.end;
  }
  return text + module.code.slice(done);
}

async function linksOf(modules: readonly ConfigModule[]): Promise<PackageLink[]> {
  const links = new Map<string, PackageLink>();
  for (const module of modules) {
    for (const name of module.packages) {
      const from = dirname(module.path);
      const target = links.has(name) ? undefined : await findPackage(name, from);
      if (target !== undefined) links.set(name, { name, from, target });
    }
  }
  return [...links.values()];
}

async function linkPackage(link: string, target: string): Promise<void> {
  await mkdir(dirname(link), { recursive: true });
  await symlink(target, link, 'junction');
}

// A package is looked for as Node does. Snowmelt's own come from this installation where the project has none.
async function findPackage(name: string, from: string): Promise<string | undefined> {
  const own = name.startsWith('@snowmelt/') ? import.meta.dirname : undefined;
  return (await lookUp(name, from)) ?? (own === undefined ? undefined : await lookUp(name, own));
}

async function lookUp(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = await realpath(join(folder, 'node_modules', name)).catch(() => undefined);
    if (found !== undefined) return found;
    if (relative(dirname(folder), folder) === '') return undefined;
  }
}
