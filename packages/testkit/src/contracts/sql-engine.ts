import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type BuildReport, type BuildRequest, type Column, type ObjectKey, objectKey } from '@snowmelt/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeTestParquet, readTestParquet, writeTestParquet } from '../parquet-table.ts';
import {
  attempt,
  both,
  bronze,
  buildOf,
  day,
  type EngineUnderTest,
  filesOf,
  ids,
  inputStage,
  output,
  prefix,
  resultStage,
  sales,
  type Tools,
} from './build-requests.ts';
import { inBuckets } from './sql-engine-buckets.ts';
import { failing, judging, severalDays } from './sql-engine-partitions.ts';

/** The promise of the SqlEngine port, as tests. Every query is written in both dialects. */
export function sqlEngineContract(name: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(`${name} keeps the promise of a SqlEngine`, () => {
    let subject: EngineUnderTest;
    beforeEach(async () => {
      subject = await makeEngine();
    });
    afterEach(async () => {
      await subject.dispose?.();
    });
    const build = (request: BuildRequest, judge: (report: BuildReport) => void = () => undefined): Promise<BuildReport> =>
      subject.engine.build(request, { attempt, signal: new AbortController().signal }, judge);
    const input = async (key: string, rows: readonly (readonly string[])[], columns = sales): Promise<ObjectKey> => {
      await writeTestParquet(subject.store.locate(objectKey(key)), columns, rows);
      return objectKey(key);
    };
    const tools: Tools = { subject: () => subject, build, input };
    oneDay(tools);
    inputs(tools);
    severalDays(tools);
    inBuckets(tools);
    judging(tools);
    failing(tools);
  });
}

function oneDay({ subject, build, input }: Tools): void {
  const rows = [
    ['2', "'b'", '2.50', "DATE '2024-01-15'"],
    ['1', "'a'", '1.25', "DATE '2024-01-15'"],
    ['3', 'NULL', '0', 'NULL'],
  ];

  it.each(['table', 'view'] as const)('writes the rows of a %s, sorted, with their columns in order and of their types', async (kind) => {
    const files = [await input('bronze/b1/part-0.parquet', rows)];
    const columns: readonly Column[] = [...sales.slice(1), { name: 'id', type: { kind: 'decimal', precision: 38, scale: 0 } }];
    const stages = [inputStage(files), resultStage('SELECT id, sku, price, sold_on, 1 AS unused FROM bronze__sales', kind)];
    const report = await build(buildOf({ stages, outputs: [output({ columns })] }));
    const [file] = filesOf(report);
    const path = subject().store.locate(file?.key ?? objectKey('none'));
    expect(await describeTestParquet(path)).toEqual(['sku VARCHAR', 'price DECIMAL(12,2)', 'sold_on DATE', 'id DECIMAL(38,0)']);
    expect((await readTestParquet(path)).map((row) => row[0])).toEqual(['a', 'b', null]);
  });

  it('reports rows, bytes, checksum and column statistics of the file', async () => {
    const stages = [inputStage([await input('bronze/b1/part-0.parquet', rows)]), resultStage('SELECT * FROM bronze__sales')];
    const report = await build(buildOf({ stages, outputs: [output()] }));
    expect(report.outputs).toMatchObject([{ part: 'rows', partitions: [{ day: '2024-01-15', rows: 3 }] }]);
    const [file] = filesOf(report);
    const body = await readFile(subject().store.locate(file?.key ?? objectKey('none')));
    expect(file).toMatchObject({ rows: 3, bytes: body.length, checksum: `sha256:${createHash('sha256').update(body).digest('hex')}` });
    expect(file?.key).toMatch(/^silver\/year=2024\/month=01\/day=15\/sales\/attempt1\/[^/]+\.parquet$/);
    expect(file?.columns).toEqual({
      id: { nulls: 0, min: '1', max: '3' },
      sku: { nulls: 1, min: 'a', max: 'b' },
      price: { nulls: 0, min: '0.00', max: '2.50' },
      sold_on: { nulls: 1, min: '2024-01-15', max: '2024-01-15' },
    });
  });

  it('writes rows and quarantine side by side', async () => {
    const files = [await input('bronze/b1/part-0.parquet', rows)];
    const stages = [
      inputStage(files),
      resultStage('SELECT * FROM bronze__sales WHERE sku IS NOT NULL'),
      { kind: 'view', name: 'refused', sql: both('SELECT id FROM bronze__sales WHERE sku IS NULL') } as const,
    ];
    const quarantine = output({ part: 'quarantine', from: 'refused', columns: ids, prefix: prefix.replace('sales', 'sales__quarantine') });
    const report = await build(buildOf({ stages, outputs: [output(), quarantine] }));
    expect(report.outputs.map((part) => [part.part, part.partitions[0]?.rows])).toEqual([
      ['rows', 2],
      ['quarantine', 1],
    ]);
  });

  it('writes no file for a day without rows, and reports the day', async () => {
    const stages = [inputStage([]), resultStage('SELECT * FROM bronze__sales')];
    const report = await build(buildOf({ stages, outputs: [output()] }));
    expect(report.outputs).toEqual([{ part: 'rows', partitions: [{ day: '2024-01-15', rows: 0, files: [] }] }]);
    expect(await subject().store.list('silver/')).toEqual([]);
  });
}

function inputs({ subject, build, input }: Tools): void {
  it('reads exactly the files that are listed', async () => {
    const files = [await input('bronze/b1/part-0.parquet', [['1']], ids), await input('bronze/b2/part-0.parquet', [['2']], ids)];
    await input('bronze/b2/part-1.parquet', [['3']], ids);
    const stages = [inputStage(files, ids), resultStage('SELECT * FROM bronze__sales')];
    const [file] = filesOf(await build(buildOf({ stages, outputs: [output({ columns: ids })] })));
    expect(await readTestParquet(subject().store.locate(file?.key ?? objectKey('none')))).toEqual([['1'], ['2']]);
  });

  it('knows the batch of every row by its folder', async () => {
    const files = [
      await input('bronze/year=2024/sales/b1/part-0.parquet', [['1']], ids),
      await input('bronze/year=2024/sales/b2/x.parquet', [['2']], ids),
    ];
    const stage = { kind: 'input', input: { ...inputStage(files, ids).input, batchColumn: true } } as const;
    const columns: readonly Column[] = [...ids, { name: 'batch', type: { kind: 'varchar' } }];
    const stages = [stage, resultStage('SELECT id, _batch AS batch FROM bronze__sales')];
    const [file] = filesOf(await build(buildOf({ stages, outputs: [output({ columns })] })));
    expect(await readTestParquet(subject().store.locate(file?.key ?? objectKey('none')))).toEqual([
      ['1', 'b1'],
      ['2', 'b2'],
    ]);
    const empty = { kind: 'input', input: { ...stage.input, files: [] } } as const;
    expect(
      (await build(buildOf({ stages: [empty, stages[1] ?? empty], outputs: [output({ columns })] }))).outputs[0]?.partitions[0]?.rows,
    ).toBe(0);
  });

  it('reads of a lazy input the days that a query names, each file once', async () => {
    const [a, b, c] = [
      await input('bronze/d1/part-0.parquet', [['1']], ids),
      await input('bronze/d2/part-0.parquet', [['2']], ids),
      await input('bronze/d3/part-0.parquet', [['3']], ids),
    ];
    const days = await input(
      'bronze/days/part-0.parquet',
      [["DATE '2024-01-01'"], ["DATE '2024-01-02'"], ["DATE '2024-01-02'"], ["DATE '1999-01-01'"], ['NULL']],
      [{ name: 'd', type: { kind: 'date' } }],
    );
    const stages = [
      { kind: 'input', input: { relation: 'days', dataset: bronze, columns: [{ name: 'd', type: { kind: 'date' } }], files: [days] } },
      {
        kind: 'lazy',
        input: {
          relation: 'bronze__sales',
          dataset: bronze,
          columns: ids,
          daysFrom: both('SELECT d FROM days'),
          filesByDay: { [day('2024-01-01')]: [a, b], [day('2024-01-02')]: [b], [day('2024-01-03')]: [c] },
        },
      },
      resultStage('SELECT * FROM bronze__sales'),
    ] as const;
    const [file] = filesOf(await build(buildOf({ stages, outputs: [output({ columns: ids })] })));
    expect(await readTestParquet(subject().store.locate(file?.key ?? objectKey('none')))).toEqual([['1'], ['2']]);
  });

  it('keeps builds that run at the same time apart', async () => {
    const files = [await input('bronze/b1/part-0.parquet', [['1']], ids)];
    const one = (n: number): Promise<BuildReport> =>
      subject().engine.build(
        buildOf({
          stages: [inputStage(files, ids), resultStage(`SELECT id + ${n} AS id FROM bronze__sales`)],
          outputs: [output({ columns: ids })],
        }),
        { attempt: `a${n}`, signal: new AbortController().signal },
        () => undefined,
      );
    const reports = await Promise.all([one(1), one(2), one(3)]);
    expect(reports.map((report) => filesOf(report)[0]?.columns['id']?.min)).toEqual(['2', '3', '4']);
  });
}
