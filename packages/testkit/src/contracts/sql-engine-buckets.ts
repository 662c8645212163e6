import { bucketOf, objectKey } from '@snowmelt/core/ports';
import { expect, it } from 'vitest';
import { readTestParquet } from '../parquet-table.ts';
import { both, buildOf, day, ids, inputStage, output, resultStage, type Tools } from './build-requests.ts';

/** The promise about outputs that are divided by key. */
export function inBuckets({ subject, build, input }: Tools): void {
  const bucketed = (touched: string) =>
    output({ columns: ids, partition: { kind: 'buckets', day: day('2024-01-15'), touched: both(touched) } });
  const rows = ['4', '9', '1', '6'].map((id) => [id]);

  it('writes a file for each bucket that was touched, in a folder of its own, and reports those that are empty now', async () => {
    const stages = [
      inputStage([await input('bronze/b1/part-0.parquet', rows, ids)], ids),
      resultStage('SELECT id, id % 4 AS _bucket FROM bronze__sales'),
    ];
    const report = await build(buildOf({ stages, outputs: [bucketed('SELECT * FROM (VALUES (3), (1), (0)) AS t(bucket)')] }));
    const [partition] = report.outputs[0]?.partitions ?? [];
    expect(partition).toMatchObject({ day: '2024-01-15', rows: 3, buckets: [0, 1, 3] });
    const found = await Promise.all(
      (partition?.files ?? []).map(async ({ key }) => [bucketOf(key), await readTestParquet(subject().store.locate(key))]),
    );
    expect(found).toEqual([
      [0, [['4']]],
      [1, [['1'], ['9']]],
    ]);
    expect(await subject().store.list('silver/')).toHaveLength(2);
  });

  it('reads of a lazy input the buckets that it is told', async () => {
    const [low, high] = [await input('bronze/low/part-0.parquet', [['1']], ids), await input('bronze/high/part-0.parquet', [['7']], ids)];
    const lazy = { relation: 'chosen', dataset: buildOf({ stages: [] }).dataset, columns: ids, filesByDay: { 0: [low], 12: [high] } };
    const stages = [
      { kind: 'lazy', input: { ...lazy, daysFrom: both('SELECT 12 AS bucket') } } as const,
      resultStage('SELECT id FROM chosen'),
    ];
    const report = await build(buildOf({ stages, outputs: [output({ columns: ids })] }));
    const [file] = report.outputs[0]?.partitions[0]?.files ?? [];
    expect(await readTestParquet(subject().store.locate(file?.key ?? objectKey('none')))).toEqual([['7']]);
  });

  it('leaves nothing behind when a bucket cannot be written', async () => {
    const stages = [
      inputStage([await input('bronze/b1/part-0.parquet', rows, ids)], ids),
      resultStage(`SELECT CASE WHEN id = 9 THEN 'x' ELSE '1' END AS id, id % 4 AS _bucket FROM bronze__sales`),
    ];
    const failure = await build(buildOf({ stages, outputs: [bucketed('SELECT * FROM (VALUES (0), (1)) AS t(bucket)')] })).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ code: expect.stringMatching(/^build\//) });
    expect(await subject().store.list('silver/')).toEqual([]);
  });
}
