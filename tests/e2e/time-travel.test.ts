import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './compare-lakes.ts';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

describe('the past of a lake', () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await fillSmallSource(project.server);
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03']) expect(await run('run', '--date', day, '-q')).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => project.close());

  const run = (...argv: string[]) => snowmelt([...argv, '--project', project.folder], { env: project.env });
  const json = async (...argv: string[]) => jsonLines((await run(...argv, '--json')).out);
  const COUNT = 'SELECT count(*) AS n FROM silver.fact_orders';

  it('is listed, version by version', async () => {
    const [listed] = await json('history', 'bronze.orders');
    expect(listed).toMatchObject({ versions: [{ version: 3, what: 'extracted', isReadable: true }, { version: 2 }, { version: 1 }] });
    expect((await run('history', 'bronze.orders', '--limit', '1')).err).toContain('Newest 1 of 3 versions');
  });

  it('is queried by version, of some tables, or by time, of all', async () => {
    const versions = (await json('history', 'silver.fact_orders'))[0]?.['versions'] as { version: number; committedAt: string }[];
    const counts = await Promise.all(
      versions.map(async ({ version, committedAt }) => {
        const [byVersion] = await json('query', COUNT, '--as-of', `silver.fact_orders@${version}`);
        const [byTime] = await json('query', COUNT, '--as-of', committedAt);
        expect(byTime).toEqual(byVersion);
        return Number(byVersion?.['n']);
      }),
    );
    expect(counts.reverse()).toEqual([2, 4, 5]);
    const both = 'SELECT (SELECT count(*) FROM silver.fact_orders) AS s, (SELECT count(*) FROM gold.daily_sales) AS g';
    expect(await json('query', both, '--as-of', 'silver.fact_orders@1, gold.daily_sales@3')).toEqual([{ s: 2, g: 3 }]);
  });

  it.each([
    [['query', COUNT, '--as-of', '2'], 'cli/usage', 'gold.daily_sales@12'],
    [['query', COUNT, '--as-of', '2026-13-01'], 'cli/usage', 'neither a time'],
    [['query', COUNT, '--as-of', 'silver.fact_order@1'], 'lake/unknown-dataset', 'silver.fact_orders'],
    [['query', COUNT, '--as-of', 'silver.fact_orders@9'], 'lake/unknown-version', 'versions 1 to 3'],
    [['query', COUNT, '--as-of', '2001-01-01'], 'lake/unknown-version', 'snowmelt history'],
    [['diff', 'bronze.orders', '1', 'x'], 'cli/usage', 'whole number'],
    [['rollback', 'bronze.orders', '3'], 'lake/unknown-version', '1 to 2'],
    [['rollback', 'bronze.orders', '4'], 'lake/unknown-version', 'versions 1 to 3'],
  ])('answers %j with what to do', async (argv, code, hint) => {
    const ended = await run(...argv);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`error[${code}]`);
    expect(ended.err).toContain(hint);
  });

  it('is compared by key, and shows no value unless it is asked to', async () => {
    const [found] = await json('diff', 'silver.fact_orders', '1', '3');
    expect(found).toMatchObject({ key: ['id'], added: 3, removed: 0, changed: 1, changedColumns: { amount: 1, loaded_at: 1 } });
    expect(found).not.toHaveProperty('rows');
    const text = (await run('diff', 'silver.fact_orders', '3', '1', '--rows', '2')).out;
    expect(text).toMatch(/removed +3/);
    expect(text).toMatch(/1 +amount +11\.50 +10\.50/);
    expect((await run('diff', 'silver.fact_orders', '3', '1')).out).not.toContain('11.50');
    // An order that came twice: the key of bronze does not tell its rows apart.
    const [bronze] = await json('diff', 'bronze.orders', '1', '3');
    expect(bronze).toMatchObject({ added: 5, removed: 0, changed: 0, note: expect.stringContaining('does not tell') });
    expect(await json('diff', 'silver.fact_orders', '2', '2')).toMatchObject([{ added: 0, removed: 0, changed: 0 }]);
  });

  it('comes back by a rollback, which loses no row: the next run brings all that came after it', { timeout: 60_000 }, async () => {
    const undisturbed = join(project.folder, 'undisturbed');
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03'])
      expect(await run('run', '--date', day, '-q', '--lake', undisturbed)).toMatchObject({ code: 0 });
    const graph = await project.graph();
    expect(await run('rollback', 'bronze.orders', '1')).toMatchObject({ code: 0, out: expect.stringContaining('as version 4') });
    expect(await json('query', 'SELECT count(*) AS n FROM bronze.orders')).toEqual([{ n: 2 }]);
    expect(await json('diff', 'bronze.orders', '1', '4')).toMatchObject([{ added: 0, removed: 0 }]);
    // Forward again before anything was built, and back to where it was.
    expect(await run('rollback', 'bronze.orders', '3')).toMatchObject({ code: 0 });
    expect(await run('run', '--date', '2026-01-03', '-q')).toMatchObject({ code: 0 });
    expect(await differences(graph, undisturbed, project.lake)).toEqual({});
    // Of any table, followed by a run each.
    for (const [dataset, version] of [
      ['bronze.orders', 2],
      ['silver.fact_orders', 1],
      ['gold.daily_sales', 2],
    ] as const) {
      expect(await run('rollback', dataset, String(version))).toMatchObject({ code: 0 });
      expect(await run('run', '--date', '2026-01-03', '-q')).toMatchObject({ code: 0 });
      expect({ dataset, differences: await differences(graph, undisturbed, project.lake) }).toEqual({ dataset, differences: {} });
    }
    await rm(undisturbed, { recursive: true, force: true });
  });
});
