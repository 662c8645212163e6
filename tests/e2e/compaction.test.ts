import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Graph, readTable } from '@snowmelt/core/pipeline';
import { datasetName } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringBatch, bringBatches, ENDLESS_DAY, runEndlessDay, vacuumNow } from './batches.ts';
import { differences } from './compare-lakes.ts';
import { openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const ORDERS = datasetName('bronze', 'orders');

describe('snowmelt compact', { timeout: 120_000 }, () => {
  let project: TestProject;
  let graph: Graph;
  beforeAll(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await bringBatches(project, 5);
    graph = await project.graph();
  }, 120_000);
  afterAll(() => project.close());

  const run = (...argv: string[]) => snowmelt([...argv, '--project', project.folder], { env: project.env });
  const json = async (...argv: string[]) => jsonLines((await run(...argv, '--json')).out);
  const bronze = () => readTable(fsObjectStore({ root: project.lake }), ORDERS);
  const verdicts = async () => {
    const batches = await json('reconcile', 'bronze.orders', '--date', ENDLESS_DAY);
    return batches.map(({ batch, verdict, lake }) => ({ batch, verdict, lake }));
  };

  it('leaves partitions alone that have few small files', async () => {
    const before = await bronze();
    expect((await run('compact', '--min-files', '6')).out).toContain('Nothing to do');
    expect((await run('compact', '--small', '1B')).out).toContain('Nothing to do');
    expect(await bronze()).toEqual(before);
    expect(await run('compact', '--small', '3 apples')).toMatchObject({ code: 2, err: expect.stringContaining('--small 32MB') });
  });

  it('puts files together; rows, batches and their proofs stay what they are, and nothing becomes stale', async () => {
    const before = await bronze();
    const proofs = await verdicts();
    expect(proofs).toHaveLength(5);
    const untouched = join(project.folder, 'untouched');
    await cp(project.lake, untouched, { recursive: true });
    const silver = await json('history', 'silver.fact_orders');
    expect(await json('compact')).toMatchObject([
      { dataset: 'bronze.orders', version: 6, filesBefore: 5, filesAfter: 1 },
      { dataset: 'silver.fact_orders', filesBefore: 0 },
      { dataset: 'gold.daily_sales', filesBefore: 0 },
    ]);
    expect(await differences(graph, untouched, project.lake)).toEqual({});
    const [entry] = [...(await bronze()).partitions.values()];
    expect(entry).toMatchObject({ version: 5, compactedIn: 6, rows: 15 });
    const identities = (state: typeof before) =>
      [...state.partitions.values()].flatMap(({ batches }) =>
        batches?.map(({ id, version, rows, window }) => ({ id, version, rows, window })),
      );
    expect(identities(await bronze())).toEqual(identities(before));
    expect(await verdicts()).toEqual(proofs);
    expect((await json('history', 'bronze.orders'))[0]).toMatchObject({ versions: [{ what: 'compacted' }, {}, {}, {}, {}, {}] });
    // A run finds nothing to build.
    await runEndlessDay(project);
    expect(await json('history', 'silver.fact_orders')).toEqual(silver);
  });

  it('and incremental builds go on as if it had not been, over and over', async () => {
    for (const batch of [6, 7]) {
      await bringBatch(project, batch);
      expect(await json('compact', 'bronze.orders', '--min-files', '2')).toMatchObject([{ filesBefore: 2, filesAfter: 1 }]);
    }
    await bringBatch(project, 8);
    const anew = join(project.folder, 'anew');
    await runEndlessDay(project, anew);
    expect(await differences(graph, anew, project.lake)).toEqual({});
    // What was replaced can go, and what is older is then refused.
    expect(await json('query', 'SELECT count(*) AS n FROM bronze.orders', '--as-of', 'bronze.orders@5')).toEqual([{ n: 15 }]);
    expect(await vacuumNow(project.lake)).toBeGreaterThan(5);
    expect(await differences(graph, anew, project.lake)).toEqual({});
    expect(await run('query', 'FROM bronze.orders', '--as-of', 'bronze.orders@5')).toMatchObject({
      code: 2,
      err: expect.stringContaining('lake/version-expired'),
    });
    expect(await run('rollback', 'bronze.orders', '5')).toMatchObject({ code: 2, err: expect.stringContaining('lake/version-expired') });
  });
});
