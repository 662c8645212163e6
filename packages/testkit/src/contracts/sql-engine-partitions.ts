import { type BuildOutput, type BuildReport, type BuildRequest, objectKey } from '@snowmelt/core/ports';
import { expect, it } from 'vitest';
import { describeTestParquet, readTestParquet } from '../parquet-table.ts';
import { attempt, both, buildOf, dataset, day, ids, inputStage, output, resultStage, sales, type Tools } from './build-requests.ts';

export function severalDays({ subject, build, input }: Tools): void {
  const rows = [
    ['5', "'b'", '1', "DATE '2024-02-01'"],
    ['4', "'a'", '1', "DATE '2024-01-31'"],
    ['6', "'a'", '1', "DATE '2024-02-01'"],
  ];
  const byDay = 'SELECT *, sold_on AS _day FROM bronze__sales';
  const by = (only?: readonly string[]): BuildOutput =>
    output({ partition: { kind: 'by', ...(only === undefined ? {} : { only: only.map(day) }) }, sortBy: ['sku', 'id'] });

  it('writes every row to the partition of its day', async () => {
    const stages = [inputStage([await input('bronze/b1/part-0.parquet', rows)]), resultStage(byDay, 'view')];
    const report = await build(buildOf({ stages, outputs: [by()] }));
    const partitions = report.outputs[0]?.partitions ?? [];
    expect(partitions.map((partition) => [partition.day, partition.rows])).toEqual([
      ['2024-01-31', 1],
      ['2024-02-01', 2],
    ]);
    const path = subject().store.locate(partitions[1]?.files[0]?.key ?? objectKey('none'));
    expect(path).toContain('silver/year=2024/month=02/day=01/sales/attempt1/');
    expect(await describeTestParquet(path)).toHaveLength(sales.length);
    expect((await readTestParquet(path)).map((row) => row[0])).toEqual(['6', '5']);
  });

  it('reports every day that it was asked for', async () => {
    const stages = [inputStage([await input('bronze/b1/part-0.parquet', rows)]), resultStage(byDay)];
    const report = await build(buildOf({ stages, outputs: [by(['2024-02-01', '2024-01-30', '2024-01-31'])] }));
    expect(report.outputs[0]?.partitions.map((partition) => [partition.day, partition.rows, partition.files.length])).toEqual([
      ['2024-01-30', 0, 0],
      ['2024-01-31', 1, 1],
      ['2024-02-01', 2, 1],
    ]);
  });

  it.each([
    ['another day', rows, ['2024-02-01']],
    ['no day, though it was asked for days', [...rows, ['7', "'secret'", '1', 'NULL']], ['2024-01-31', '2024-02-01']],
    ['no day', [['7', "'secret'", '1', 'NULL']], undefined],
  ])('refuses rows of %s and leaves nothing behind', async (_, given, only) => {
    const stages = [inputStage([await input('bronze/b1/part-0.parquet', given)]), resultStage(byDay)];
    const failure = await build(buildOf({ stages, outputs: [by(only)] })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'build/row-outside-partition', at: { dataset } });
    expect(String(failure)).toContain('1 row(s) of silver.sales');
    expect(await subject().store.list('silver/')).toEqual([]);
  });

  it('writes many days', async () => {
    const columns = [...ids, { name: 'd', type: { kind: 'date' } }] as const;
    const many = Array.from({ length: 60 }, (_, i) => [String(i), `DATE '2024-01-0${1 + (i % 9)}'`], columns);
    const files = [await input('bronze/b1/part-0.parquet', many, columns)];
    const stages = [inputStage(files, columns), resultStage('SELECT id, d AS _day FROM bronze__sales')];
    const report = await build(buildOf({ stages, outputs: [output({ columns: ids, partition: { kind: 'by' } })] }));
    const partitions = report.outputs[0]?.partitions ?? [];
    expect(partitions.map((partition) => partition.day)).toEqual(Array.from({ length: 9 }, (_, i) => `2024-01-0${i + 1}`));
    expect(partitions.reduce((sum, partition) => sum + partition.rows, 0)).toBe(60);
    for (const [i, partition] of partitions.entries()) {
      const found = await readTestParquet(subject().store.locate(partition.files[0]?.key ?? objectKey('none')));
      expect(found.map(([id]) => Number(id))).toEqual(many.map(([id]) => Number(id)).filter((id) => id % 9 === i));
    }
  });
}

export function judging({ subject, build, input }: Tools): void {
  const rows = [
    ['1', "'a'", '1', "DATE '2024-01-15'"],
    ['1', "'b'", '-1', 'NULL'],
  ];
  const request = async (): Promise<BuildRequest> =>
    buildOf({
      stages: [inputStage([await input('bronze/b1/part-0.parquet', rows)]), resultStage('SELECT * FROM bronze__sales')],
      outputs: [output()],
      checks: [
        {
          checks: ['dates', 'prices'],
          sql: both('SELECT COUNT(*) - COUNT(sold_on), SUM(CASE WHEN price < 0 THEN 1 ELSE 0 END) FROM result'),
        },
        { checks: ['never'], sql: both('SELECT SUM(id) FROM result WHERE id > 100') },
      ],
      accounting: both("SELECT DATE '2024-01-15' AS day, COUNT(*) AS rows_read, 'b1,b2' AS batches FROM bronze__sales"),
    });

  it('reports violations by check and what went into each day', async () => {
    const report = await build(await request());
    expect(report.violations).toEqual({ dates: 1, prices: 1, never: 0 });
    expect(report.accounts).toEqual([{ day: '2024-01-15', rowsRead: 2, batches: ['b1', 'b2'] }]);
  });

  it('tells the judge what it wrote, and leaves nothing of it if the judge objects', async () => {
    const seen: unknown[] = [];
    const objection = new Error('no');
    const judge = (report: BuildReport): void => {
      seen.push(report.violations, report.outputs[0]?.partitions[0]?.rows);
      throw objection;
    };
    await expect(build(await request(), judge)).rejects.toBe(objection);
    expect(seen).toEqual([{ dates: 1, prices: 1, never: 0 }, 2]);
    expect(await subject().store.list('silver/')).toEqual([]);
  });
}

export function failing({ subject, build, input }: Tools): void {
  it('does not tell the value that does not fit', async () => {
    const files = [await input('bronze/b1/part-0.parquet', [['1', "'secret-value'", '1', 'NULL']])];
    const stages = [inputStage(files), resultStage('SELECT CAST(sku AS BIGINT) AS id FROM bronze__sales')];
    const failure = await build(buildOf({ stages, outputs: [output({ columns: ids })] })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'build/value-does-not-fit', at: { dataset } });
    expect(String(failure)).toContain('silver.sales');
    expect(String(failure)).not.toContain('secret');
    expect(await subject().store.list('silver/')).toEqual([]);
  });

  it('says what is wrong with SQL', async () => {
    const stages = [inputStage([]), resultStage('SELECT nothing_like_it FROM bronze__sales')];
    const failure = await build(buildOf({ stages })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'build/failed', at: { dataset } });
    expect(String(failure)).toContain('nothing_like_it');
  });

  it('does not begin once it was told to stop', async () => {
    const stages = [inputStage([]), resultStage('SELECT * FROM bronze__sales')];
    const context = { attempt, signal: AbortSignal.abort() };
    await expect(subject().engine.build(buildOf({ stages, outputs: [output()] }), context, () => undefined)).rejects.toMatchObject({
      code: 'run/interrupted',
    });
  });
}
