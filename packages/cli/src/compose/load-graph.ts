import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { isPipelineDeclaration, type PipelineDeclaration } from '@snowmelt/core';
import { fingerprintOf, type Graph } from '@snowmelt/core/pipeline';
import { type ProjectFiles, SnowmeltError, type SqlBinder } from '@snowmelt/core/ports';
import { version } from '../version.ts';

/** What compiling a project takes. `binder` is opened only if the project has changed. */
export interface GraphInput {
  readonly declaration: unknown;
  readonly configFile: string;
  readonly files: ProjectFiles;
  readonly cacheFolder: string;
  readonly binder: () => SqlBinder;
}

interface CachedGraph {
  readonly source: unknown;
  readonly graph: Graph;
}

/**
 * Compiles a project, or takes the graph that was compiled from exactly the same declaration and SQL files before:
 * then neither the schema library nor the translator nor an engine is loaded.
 */
export async function loadGraph(input: GraphInput): Promise<Graph> {
  const { declaration } = input;
  if (!isPipelineDeclaration(declaration)) {
    throw new SnowmeltError('config/no-pipeline', {
      message: `\`${input.configFile}\` does not export a pipeline.`,
      hint: 'End it with `export default definePipeline({ … })`.',
      at: { file: input.configFile },
    });
  }
  const { source, ...rest } = declaration;
  const models = await readModels(rest, input.files);
  // What a table's name means, and which names its columns have, follows from the kind of source.
  const kind = isRecord(source) ? source['kind'] : undefined;
  const path = join(input.cacheFolder, `graph-${await fingerprintOf({ kind, rest, models, version: version() })}.json`);
  const cached = await readCached(path);
  if (cached !== undefined && (await fingerprintOf(cached.source)) === (await fingerprintOf(source))) return cached.graph;
  const graph = await compileOrReuse(input, cached);
  await writeCached(path, { source, graph });
  return graph;
}

async function compileOrReuse(input: GraphInput, cached: CachedGraph | undefined): Promise<Graph> {
  const wasm = cached === undefined ? compileTranslator() : undefined;
  const { compilePipeline, loadTranslator, parsePipeline } = await import('@snowmelt/core/compile');
  const declaration = { path: input.configFile, text: (await input.files.read(input.configFile)) ?? '' };
  const pipeline = parsePipeline(input.declaration, declaration);
  if (cached !== undefined) return { ...cached.graph, source: pipeline.source };
  return compilePipeline(pipeline, {
    declaration,
    files: input.files,
    binder: input.binder(),
    loadTranslator: async () => loadTranslator(await wasm),
  });
}

// The types of this Node version do not name it.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

// On other threads, while this one loads the schema library and the engine.
async function compileTranslator(): Promise<object> {
  // Without the first, V8 optimises the WebAssembly in the background, and the process waits for that at its end. With the
  // second, it looks only at the functions that are called: a tenth of them.
  setFlagsFromString('--liftoff-only');
  setFlagsFromString('--wasm-lazy-validation');
  return WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('@polyglot-sql/sdk/polyglot_sql.wasm')));
}

async function readModels(
  declaration: Omit<PipelineDeclaration, 'source'>,
  files: ProjectFiles,
): Promise<readonly (readonly [string, string])[]> {
  const datasets: unknown[] = [...Object.values(declaration.silver ?? {}), ...Object.values(declaration.gold ?? {})];
  const paths = datasets.flatMap((dataset) => (isRecord(dataset) && typeof dataset['sql'] === 'string' ? [dataset['sql']] : []));
  return Promise.all([...new Set(paths)].sort().map(async (path) => [path, (await files.read(path)) ?? ''] as const));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function readCached(path: string): Promise<CachedGraph | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as CachedGraph;
  } catch {
    // Absent or damaged: it is only a cache.
    return undefined;
  }
}

async function writeCached(path: string, cached: CachedGraph): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(temporary, JSON.stringify(cached));
    await rename(temporary, path);
  } catch {
    // A project on a read-only disk compiles every time.
  }
}
