import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type BuildOutput,
  type BuildReport,
  type BuildRequest,
  type Column,
  datasetName,
  type LogicalDate,
  logicalDate,
  type ObjectKey,
  type ObjectStore,
  objectKey,
  type RenderedSql,
  type SqlEngine,
  sqlText,
} from '@snowmelt/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeTestParquet, readTestParquet, writeTestParquet } from '../parquet-table.ts';

/** An engine to test, and a store of local files that it reads and writes. */
export interface EngineUnderTest {
  readonly engine: SqlEngine;
  readonly store: ObjectStore;
  readonly dispose?: () => Promise<void>;
}

const dataset = datasetName('silver', 'sales');
const bronze = datasetName('bronze', 'sales');
const attempt = 'attempt1';
const prefix = 'silver/year={year}/month={month}/day={day}/sales/{attempt}';
const day = (text: string): LogicalDate => logicalDate(text);
const ids: readonly Column[] = [{ name: 'id', type: { kind: 'bigint' } }];
const sales: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'sku', type: { kind: 'varchar' } },
  { name: 'price', type: { kind: 'decimal', precision: 12, scale: 2 } },
  { name: 'sold_on', type: { kind: 'date' } },
];
const both = (sql: string): RenderedSql => ({ duckdb: sqlText(sql), spark: sqlText(sql) });

/** A build that reads `input` and writes the table `result`. */
function buildOf(request: Partial<BuildRequest> & Pick<BuildRequest, 'stages'>): BuildRequest {
  return { dataset, outputs: [], checks: [], ...request };
}

function output(changes: Partial<BuildOutput> = {}): BuildOutput {
  const partition = { kind: 'day', day: day('2024-01-15') } as const;
  return { part: 'rows', from: 'result', columns: sales, sortBy: ['id'], partition, prefix, ...changes };
}

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
    const build = (request: BuildRequest, judge: (report: Omit<BuildReport, 'outputs'>) => void = () => undefined): Promise<BuildReport> =>
      subject.engine.build(request, { attempt, signal: new AbortController().signal }, judge);
    const input = async (key: string, rows: readonly (readonly string[])[], columns = sales): Promise<ObjectKey> => {
      await writeTestParquet(subject.store.locate(objectKey(key)), columns, rows);
      return objectKey(key);
    };
    const tools: Tools = { subject: () => subject, build, input };
    oneDay(tools);
    inputs(tools);
    severalDays(tools);
    judging(tools);
    failing(tools);
  });
}

interface Tools {
  readonly subject: () => EngineUnderTest;
  readonly build: (request: BuildRequest, judge?: (report: Omit<BuildReport, 'outputs'>) => void) => Promise<BuildReport>;
  readonly input: (key: string, rows: readonly (readonly string[])[], columns?: readonly Column[]) => Promise<ObjectKey>;
}

const inputStage = (files: readonly ObjectKey[], columns = sales) =>
  ({ kind: 'input', input: { relation: 'bronze__sales', dataset: bronze, columns, files } }) as const;
const resultStage = (sql: string, kind: 'table' | 'view' = 'table') => ({ kind, name: 'result', sql: both(sql) }) as const;
const filesOf = (report: BuildReport) => report.outputs.flatMap((part) => part.partitions.flatMap((partition) => partition.files));

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

function severalDays({ subject, build, input }: Tools): void {
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

function judging({ subject, build, input }: Tools): void {
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

  it('asks the judge before it writes, and writes nothing if the judge objects', async () => {
    const seen: unknown[] = [];
    const objection = new Error('no');
    const judge = (report: Omit<BuildReport, 'outputs'>): void => {
      seen.push(report.violations);
      throw objection;
    };
    await expect(build(await request(), judge)).rejects.toBe(objection);
    expect(seen).toEqual([{ dates: 1, prices: 1, never: 0 }]);
    expect(await subject().store.list('silver/')).toEqual([]);
  });
}

function failing({ subject, build, input }: Tools): void {
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
