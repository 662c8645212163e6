import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Graph } from '@snowmelt/core/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './compare-lakes.ts';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { snowmelt } from './run-snowmelt.ts';

/** When to kill the process: before or after the file operation of this number. */
interface Death {
  readonly when: 'SNOWMELT_CRASH_AT' | 'SNOWMELT_CRASH_AFTER';
  readonly operation: number;
}

const HOOK = fileURLToPath(new URL('../../packages/testkit/crash-hook.mjs', import.meta.url));

describe('a process that is killed at any file operation', () => {
  let project: TestProject;
  let graph: Graph;
  let undisturbed = '';
  let folder = '';
  const survived: number[] = [];

  beforeAll(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await fillSmallSource(project.server);
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-crash-'));
    undisturbed = join(folder, 'undisturbed');
    expect(await run(undisturbed)).toMatchObject({ code: 0 });
    graph = await project.graph();
  });
  afterAll(async () => {
    await project.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (lake: string, env: Readonly<Record<string, string>> = {}) =>
    snowmelt(['run', '--date', '2026-01-03', '--project', project.folder, '--lake', lake, '-q'], {
      env: { ...project.env, ...env },
      node: Object.keys(env).length === 0 ? [] : ['--import', HOOK],
    });

  const dieAndGoOn = async ({ when, operation }: Death) => {
    const lake = join(folder, `${when}-${operation}`);
    const killed = await run(lake, { SNOWMELT_CRASH_UNDER: lake, [when]: String(operation) });
    if (killed.signal !== 'SIGKILL') survived.push(operation);
    expect({ when, operation, ...(await run(lake)) }).toMatchObject({ code: 0 });
    expect({ when, operation, differences: await differences(graph, undisturbed, lake) }).toEqual({ when, operation, differences: {} });
    await rm(lake, { recursive: true, force: true });
  };

  it('leaves a lake that the next run brings to the same end', { timeout: 15 * 60_000 }, async () => {
    const countFile = join(folder, 'count');
    const counted = join(folder, 'counted');
    expect(await run(counted, { SNOWMELT_CRASH_UNDER: counted, SNOWMELT_CRASH_COUNT: countFile })).toMatchObject({ code: 0 });
    const operations = Number(await readFile(countFile, 'utf8'));
    expect(operations).toBeGreaterThan(20);
    // Dying before an operation is dying after the one before it; only the last has a state of its own behind it.
    const deaths: Death[] = [
      ...Array.from({ length: operations }, (_, index): Death => ({ when: 'SNOWMELT_CRASH_AT', operation: index + 1 })),
      { when: 'SNOWMELT_CRASH_AFTER', operation: operations },
    ];
    const lane = async () => {
      for (let death = deaths.shift(); death !== undefined; death = deaths.shift()) await dieAndGoOn(death);
    };
    await Promise.all([lane(), lane()]);
    // How often a run looks at a lock varies by a few, so the last of these deaths may come too late.
    expect(survived.filter((operation) => operation < operations - 3)).toEqual([]);
  });
});
