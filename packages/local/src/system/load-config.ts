import { access } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SnowmeltError } from '@snowmelt/core/ports';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { type CompiledConfig, compiledFile, findCompiled, keepCompiled } from './config-cache.ts';
import { toLoadError } from './config-error.ts';
import { readConfigModules } from './config-modules.ts';

const NAMES = ['snowmelt.config.ts', 'snowmelt.config.mts', 'snowmelt.config.js', 'snowmelt.config.mjs'] as const;

/** A project's configuration as it was loaded. */
export interface LoadedConfig {
  /** Its file, relative to the project. */
  readonly file: string;
  /** Its default export; undefined if it has none. */
  readonly declaration: unknown;
}

/**
 * Loads a project's configuration.
 *
 * TypeScript is read as it is. What comes of it is kept in `cacheFolder` by content, so the next load starts no compiler.
 * @throws config/not-found, config/load-failed
 */
export async function loadConfig(projectFolder: string, cacheFolder: string): Promise<LoadedConfig> {
  const project = resolve(projectFolder);
  const entry = await findConfig(project);
  return { file: basename(entry), declaration: await loadModule(project, entry, cacheFolder) };
}

/** Loads the default export of a module of a project, TypeScript or JavaScript. @throws config/load-failed */
export async function loadModule(project: string, entry: string, cacheFolder: string): Promise<unknown> {
  const compiled = await compile(project, entry, resolve(cacheFolder));
  try {
    const loaded: { readonly default?: unknown } = await import(pathToFileURL(compiledFile(compiled, 0)).href);
    return loaded.default;
  } catch (error) {
    const sources = new Map(compiled.modules.map((module, i) => [compiledFile(compiled, i), module.path]));
    throw toLoadError(error, project, entry, sources);
  }
}

async function findConfig(project: string): Promise<string> {
  for (const name of NAMES) {
    const path = join(project, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new SnowmeltError('config/not-found', {
    message: `There is no \`${NAMES[0]}\` in \`${project}\`.`,
    hint: 'Go to the project folder, name it with `--project DIR`, or make a project with `snowmelt init`.',
  });
}

async function compile(project: string, entry: string, cacheFolder: string): Promise<CompiledConfig> {
  const kept = await findCompiled(cacheFolder, entry);
  if (kept !== undefined) return kept;
  const modules = await readConfigModules(entry).catch((error: unknown) => {
    throw toLoadError(error, project, entry, new Map());
  });
  return await withLakeErrors(cacheFolder, 'keep the compiled configuration', () => keepCompiled(cacheFolder, entry, modules));
}
