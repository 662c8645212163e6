import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Graph } from '@snowmelt/core/pipeline';

/** The graph that a project was compiled to last. */
export async function readGraphOf(project: string): Promise<Graph> {
  const cache = join(project, '.snowmelt', 'cache');
  const names = (await readdir(cache)).filter((name) => /^graph-[^.]*\.json$/.test(name));
  const times = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })));
  const newest = times.sort((a, b) => b.at - a.at)[0];
  if (newest === undefined) throw new Error('the project was not compiled');
  return (JSON.parse(await readFile(join(cache, newest.name), 'utf8')) as { graph: Graph }).graph;
}
