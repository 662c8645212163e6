import { beforeAll, describe, expect, it } from 'vitest';
import { column, setUpBench } from './bench.ts';

const bench = setUpBench();

describe('the choice of a transport', () => {
  it('goes by what the source says of the table', async () => {
    await bench.server().database.run(`CREATE OR REPLACE TABLE "LITTLE" AS SELECT 1::DECIMAL(18,0) AS "ID"`);
    await bench.server().database.run(`CREATE OR REPLACE VIEW "SEEN" AS SELECT * FROM "LITTLE"`);
    const id = [column('id', 'BIGINT')];
    expect(await bench.extract('LITTLE', id, 'auto')).toMatchObject({ rows: 1, transport: 'raw' });
    expect(await bench.extract('SEEN', id, 'auto')).toMatchObject({ rows: 1, transport: 'unload' });
    expect(await bench.extract('SELECT id FROM little', id, 'auto')).toMatchObject({ rows: 1, transport: 'unload' });
  });
});

describe('transport rows', () => {
  it('refuses what is no look-up, before it fetches more than the first part', async () => {
    await bench.server().database.run(`CREATE OR REPLACE TABLE "MANY" AS SELECT i::DECIMAL(18,0) AS "ID" FROM range(10001) r(i)`);
    const failure = bench.extract('MANY', [column('id', 'BIGINT')], 'rows');
    await expect(failure).rejects.toMatchObject({ code: 'source/too-many-rows', message: expect.stringContaining('10001') });
    const kept = await bench.extract('SELECT * FROM many LIMIT 100', [column('id', 'BIGINT')], 'rows');
    expect(kept).toMatchObject({ rows: 100, transport: 'rows' });
    expect(kept.files).toHaveLength(1);
  });
});

describe('the limits of a source', () => {
  const id = [column('id', 'BIGINT')];
  beforeAll(() => bench.server().database.run(`CREATE OR REPLACE TABLE "LIMITED" AS SELECT i::DECIMAL(18,0) AS "ID" FROM range(30) r(i)`));

  it('go to the unload, whose files are as large as declared', async () => {
    const asked = bench.server().faults.add({ kind: 'slow', ms: 0, match: { body: 'MAX_FILE_SIZE = 3145728' } });
    expect(await bench.extract('LIMITED', id, 'unload', bench.source({ limits: { fileMegabytes: 3 } }))).toMatchObject({ rows: 30 });
    expect(asked.hits()).toBe(1);
  });

  it.each([
    [1, ['1', '1', '2', '3', '4']],
    [4, ['1', '2', '3', '4', '1']],
  ])('let %s parts of a result be fetched at once', async (maxFetches, order) => {
    bench.server().faults.forgetRequests();
    // The first part does not come before it is asked for again.
    bench.server().faults.add({ kind: 'hang', match: { path: 'partition=1' } });
    expect(await bench.extract('LIMITED', id, 'raw', bench.source({ limits: { maxFetches } }))).toMatchObject({ rows: 30 });
    expect(
      bench
        .server()
        .faults.requests()
        .flatMap(({ path }) => /partition=(\d+)/.exec(path)?.[1] ?? []),
    ).toEqual(order);
  });
});
