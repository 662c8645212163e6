import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ImportSpecifier } from 'es-module-lexer';
import { ConfigError } from './config-error.ts';

/** One module of a configuration, as plain JavaScript. */
export interface ConfigModule {
  readonly path: string;
  /** Of the source text. */
  readonly hash: string;
  readonly code: string;
  /** Pieces of `code` to replace, in order: a text, or the place of another of these modules. */
  readonly edits: readonly Edit[];
  /** The packages that it imports by name. */
  readonly packages: readonly string[];
}

/** A piece of code and what stands for it. A `module` edit is the specifier of an import, with or without quotes. */
export type Edit =
  | { readonly kind: 'text'; readonly start: number; readonly end: number; readonly text: string }
  | { readonly kind: 'module'; readonly start: number; readonly end: number; readonly path: string; readonly isQuoted: boolean };

const COMPILED = /\.(ts|mts|js|mjs)$/;

/** The hash by which a change of a module is noticed. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reads a module and all that it imports by relative path, and takes the types out. The entry comes first. @throws ConfigError */
export async function readConfigModules(entry: string): Promise<readonly ConfigModule[]> {
  const modules = new Map<string, ConfigModule>();
  const waiting = [entry];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (modules.has(path)) continue;
    const module = await readModule(path);
    modules.set(path, module);
    waiting.push(...module.edits.flatMap((edit) => (edit.kind === 'module' ? [edit.path] : [])));
  }
  return [...modules.values()];
}

async function readModule(path: string): Promise<ConfigModule> {
  const source = await readFile(path, 'utf8');
  const code = await toJavaScript(source, path);
  const { init, parse } = await import('es-module-lexer');
  await init;
  const [imports] = parse(code);
  const edits: Edit[] = [];
  const packages = new Set<string>();
  for (const found of imports) {
    if (found.d === -2) edits.push(...metaEdits(code, found, path));
    else if (found.n === undefined) continue;
    else if (/^\.{1,2}\//.test(found.n)) edits.push(await importEdit(code, found, found.n, path));
    else if (!isBuiltin(found.n) && !/^[#/]|^\w+:/.test(found.n)) packages.add(packageOf(found.n));
  }
  return { path, hash: hashOf(source), code, edits, packages: [...packages] };
}

// Sucrase takes types out without moving a line, so that places in errors stay right.
async function toJavaScript(source: string, path: string): Promise<string> {
  const { transform } = await import('sucrase');
  try {
    return transform(source, { transforms: /\.m?ts$/.test(path) ? ['typescript'] : [], disableESTransforms: true }).code;
  } catch (error) {
    throw syntaxError(error, path);
  }
}

function syntaxError(error: unknown, path: string): ConfigError {
  const text = error instanceof Error ? error.message : String(error);
  const [, message = text, line, column] = /^(?:Error transforming \S+: )?(.*?) \((\d+):(\d+)\)$/s.exec(text) ?? [];
  return new ConfigError(message, { path, ...(line === undefined ? {} : { line: Number(line), column: Number(column) }) });
}

// The compiled module lies elsewhere; `import.meta` must go on telling where the source is.
function metaEdits(code: string, found: ImportSpecifier, path: string): Edit[] {
  const [whole = '', field] = /^import\.meta\.(url|dirname|filename)\b/.exec(code.slice(found.ss)) ?? [];
  const values: Readonly<Record<string, string>> = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
  const value = values[field ?? ''];
  return value === undefined ? [] : [{ kind: 'text', start: found.ss, end: found.ss + whole.length, text: JSON.stringify(value) }];
}

async function importEdit(code: string, found: ImportSpecifier, specifier: string, from: string): Promise<Edit> {
  const path = await findFile(resolve(dirname(from), specifier));
  if (path === undefined) {
    throw new ConfigError(`There is no file \`${specifier}\`.`, { path: from, line: code.slice(0, found.s).split('\n').length });
  }
  const isQuoted = found.d >= 0;
  if (COMPILED.test(path)) return { kind: 'module', start: found.s, end: found.e, path, isQuoted };
  const url = pathToFileURL(path).href.replaceAll("'", '%27');
  return { kind: 'text', start: found.s, end: found.e, text: isQuoted ? JSON.stringify(url) : url };
}

// As TypeScript does: `./a.js` may mean `./a.ts`, and so may `./a`.
async function findFile(path: string): Promise<string | undefined> {
  for (const candidate of [path, path.replace(/\.(m?)js$/, '.$1ts'), `${path}.ts`]) {
    const stats = await stat(candidate).catch(() => undefined);
    if (stats?.isFile() === true) return candidate;
  }
  return undefined;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
