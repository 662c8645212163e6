import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Graph } from '@snowmelt/core/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringBatches, copyAsOld, countAndSum } from './batches.ts';
import { differences, listFiles } from './compare-lakes.ts';
import { openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { snowmelt } from './run-snowmelt.ts';

const HOOK = fileURLToPath(new URL('../../packages/testkit/crash-hook.mjs', import.meta.url));

// A process is killed before every one of its file operations and behind the last; a reader counts and sums all the while.
describe('a process that is killed at any file operation of', () => {
  let project: TestProject;
  let graph: Graph;
  let folder = '';
  /** A lake with two batches, and the same compacted long ago, so that there is something to vacuum. */
  const bases = { compact: '', vacuum: '' };
  let rows = '';

  beforeAll(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await bringBatches(project, 2);
    graph = await project.graph();
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-upkeep-'));
    bases.compact = project.lake;
    rows = await countAndSum(project.lake);
    const compacted = join(folder, 'compacted');
    await cp(project.lake, compacted, { recursive: true });
    expect(await run('compact', compacted)).toMatchObject({ code: 0 });
    bases.vacuum = join(folder, 'old');
    await copyAsOld(compacted, bases.vacuum);
  }, 120_000);
  afterAll(async () => {
    await project.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (command: string, lake: string, env: Readonly<Record<string, string>> = {}) =>
    snowmelt([command, ...(command === 'compact' ? ['--min-files', '2'] : []), '--project', project.folder, '--lake', lake, '-q'], {
      env: { ...project.env, ...env },
      node: Object.keys(env).length === 0 ? [] : ['--import', HOOK],
    });

  /** Reads a lake over and over while `act` is under way, and tells everything that was seen. */
  const readMeanwhile = async (lake: string, act: () => Promise<void>): Promise<ReadonlySet<string>> => {
    const seen = new Set<string>();
    let isOver = false;
    const reader = async () => {
      for (; !isOver; await breathe()) seen.add(await countAndSum(lake).catch(String));
    };
    const reading = reader();
    await act().finally(() => {
      isOver = true;
    });
    await reading;
    return seen;
  };

  const dieAndGoOn = async (command: 'compact' | 'vacuum', when: string, operation: number, end: readonly string[]) => {
    const lake = join(folder, `${command}-${when}-${operation}`);
    await cp(bases[command], lake, { recursive: true, preserveTimestamps: true });
    const seen = await readMeanwhile(lake, async () => {
      await run(command, lake, { SNOWMELT_CRASH_UNDER: lake, [when]: String(operation) });
      expect({ operation, ...(await run(command, lake)) }).toMatchObject({ code: 0 });
    });
    expect({ operation, seen: [...seen] }).toEqual({ operation, seen: [rows] });
    expect({ operation, differences: await differences(graph, bases.compact, lake) }).toEqual({ operation, differences: {} });
    if (command === 'vacuum') expect({ operation, files: (await dataOf(lake)).length }).toEqual({ operation, files: end.length });
    await rm(lake, { recursive: true, force: true });
  };

  const dataOf = async (lake: string) => (await listFiles(lake)).filter((path) => path.endsWith('.parquet'));

  it.each(['compact', 'vacuum'] as const)('%s leaves a lake of the same rows', { timeout: 15 * 60_000 }, async (command) => {
    const countFile = join(folder, 'count');
    const counted = join(folder, `${command}-counted`);
    await cp(bases[command], counted, { recursive: true, preserveTimestamps: true });
    expect(await run(command, counted, { SNOWMELT_CRASH_UNDER: counted, SNOWMELT_CRASH_COUNT: countFile })).toMatchObject({ code: 0 });
    const [before, end] = [await dataOf(bases[command]), await dataOf(counted)];
    expect(Math.sign(end.length - before.length)).toBe(command === 'compact' ? 1 : -1);
    const operations = Number(await readFile(countFile, 'utf8'));
    expect(operations).toBeGreaterThan(10);
    const deaths = Array.from({ length: operations }, (_, i) => ({ when: 'SNOWMELT_CRASH_AT', operation: i + 1 }));
    const all = [...deaths, { when: 'SNOWMELT_CRASH_AFTER', operation: operations }];
    const lane = async () => {
      for (let death = all.shift(); death !== undefined; death = all.shift()) await dieAndGoOn(command, death.when, death.operation, end);
    };
    await Promise.all([lane(), lane()]);
  });
});
