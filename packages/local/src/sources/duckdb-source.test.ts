import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExtractWindow, Source } from '@snowmelt/core/ports';
import { describeTestParquet, manualClock, readTestParquet } from '@snowmelt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSourceLab, type SourceLab } from '../../test-support/source-lab.ts';
import { duckdbSource } from './duckdb-source.ts';

let lab: SourceLab;
let file = '';
const open = (database = file, schema = 'main'): Source =>
  duckdbSource({ database, schema, session: lab.session, store: lab.store, clock: lab.clock });
const signal = new AbortController().signal;

beforeAll(async () => {
  lab = await openSourceLab(manualClock('2026-01-20T12:00:00.000Z'), readTestParquet);
  file = join(lab.folder, 'it"s a shop.duckdb');
  await lab.sql(
    `CREATE TABLE orders (Id INTEGER, amount DECIMAL(10,2), placed TIMESTAMP);
     INSERT INTO orders VALUES (1, 1.50, '2026-01-01'), (2, -2.25, '2026-01-02 00:00:00'), (3, NULL, '2026-01-20 11:59:59.999999');
     CREATE SCHEMA other; CREATE TABLE other."odd name" AS SELECT 7 AS id; CREATE VIEW big_orders AS FROM orders WHERE amount > 1;`,
    file,
  );
});
afterAll(() => lab.close());

describe('tables, views and queries', () => {
  it.each([
    [
      'orders',
      { id: 'INT', amount: 'NUMBER(12,3)' },
      [
        ['1', '1.500'],
        ['2', '-2.250'],
        ['3', null],
      ],
    ],
    ['main.Orders', { n: 'INT from ID' }, [['1'], ['2'], ['3']]],
    ['big_orders', { id: 'INT' }, [['1']]],
    ['other."odd name"', { id: 'INT' }, [['7']]],
    ['SELECT count(*) AS n FROM orders JOIN source.other."odd name" o ON true -- all', { n: 'INT' }, [['3']]],
  ])('%s', async (from, columns, rows) => {
    expect(await lab.rows(await lab.extract(open(), { from, columns }))).toEqual(rows);
  });

  it('of another default schema', async () => {
    expect(await lab.rows(await lab.extract(open(file, 'OTHER'), { from: '"odd name"', columns: { id: 'INT' } }))).toEqual([['7']]);
  });

  it('are read side by side', async () => {
    const source = open();
    const reports = await Promise.all([1, 2, 3].map(() => lab.extract(source, { from: 'orders', columns: { id: 'INT' } })));
    expect(reports.map(({ rows }) => rows)).toEqual([3, 3, 3]);
  });

  it.each([
    ['orderz', 'Did you mean `orders`?'],
    ['odd_name', '`other.odd name`'],
  ])('%s is not there', async (from, hint) => {
    const failure = await lab.extract(open(), { from, columns: { id: 'INT' } }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/not-found' });
    if (from === 'orderz') expect(failure).toMatchObject({ hint });
  });

  it.each(['a.b.c', 'x y', 'orders;', ''])('`%s` is no name', async (from) => {
    await expect(lab.extract(open(), { from, columns: { id: 'INT' } })).rejects.toMatchObject({ code: 'config/invalid' });
  });

  it('a query that does not bind says why', async () => {
    await expect(lab.extract(open(), { from: 'SELECT idd FROM orders', columns: { id: 'INT' } })).rejects.toMatchObject({
      code: 'source/statement-failed',
      message: expect.stringContaining('idd'),
    });
  });

  it('a query that fails on a row does not show it', async () => {
    await lab.sql(`CREATE OR REPLACE TABLE secrets AS SELECT 'secret' AS s`, file);
    const failure = await lab
      .extract(open(), { from: 'SELECT s::INTEGER AS id FROM secrets', columns: { id: 'INT' } })
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'source/statement-failed', message: expect.stringContaining('Conversion') });
    expect(failure.message).not.toContain('secret');
  });
});

describe('the contract', () => {
  it('is compared before reading, and all that is wrong is named', async () => {
    await expect(
      lab.extract(open(), { from: 'orders', columns: { id: 'VARCHAR', amount: 'NUMBER(10,1)', plced: 'DATE' } }),
    ).rejects.toMatchObject({
      code: 'source/type-mismatch',
      message: expect.stringContaining('INTEGER'),
      hint: expect.stringContaining('`NUMBER(10,0)`'),
      others: [
        { code: 'source/type-mismatch', hint: expect.stringContaining('`NUMBER(10,2)`') },
        { code: 'source/column-missing', hint: expect.stringContaining('`placed`') },
      ],
    });
  });

  it.each([
    ['170141183460469231731687303715884105727::HUGEINT', 'NUMBER(38,0)'],
    ['9223372036854775808::UBIGINT', 'BIGINT'],
    ['1234567.5::DECIMAL(20,1)', 'NUMBER(6,1)'],
    [`'infinity'::DATE`, 'DATE'],
    [`'-infinity'::TIMESTAMP`, 'TIMESTAMP_NTZ'],
    [`'44-03-15 (BC)'::DATE`, 'DATE'],
    [`'2026-01-01 00:00:00.000000001'::TIMESTAMP_NS`, 'TIMESTAMP_NTZ'],
    [`'{broken'::VARCHAR`, 'VARIANT'],
  ])('%s does not fit %s', async (value, type) => {
    await expect(lab.extract(open(), { from: `SELECT ${value} AS c`, columns: { c: type } })).rejects.toMatchObject({
      code: 'source/value-does-not-fit',
      message: expect.stringMatching(/^1 value\(s\) of column `c`/),
      at: { dataset: 'bronze.t', field: 'c' },
    });
  });

  it.each([
    ['255::UTINYINT', 'INT', '255'],
    ['5::DECIMAL(38,0)', 'BIGINT', '5'],
    ['1.5::FLOAT', 'FLOAT', 1.5],
    ['99::SMALLINT', 'FLOAT', 99],
    [`uuid '7f0b5a2e-0d52-4b52-9d0e-3d1b5a9f8e11'`, 'VARCHAR', '7f0b5a2e-0d52-4b52-9d0e-3d1b5a9f8e11'],
    [`'b'::ENUM('a', 'b')`, 'VARCHAR', 'b'],
    [`'2026-01-01 00:00:00.123456'::TIMESTAMP_NS`, 'TIMESTAMP_NTZ', '2026-01-01 00:00:00.123456'],
    [`'2026-01-01 00:00:00+02'::TIMESTAMPTZ`, 'TIMESTAMP_NTZ', '2025-12-31 22:00:00'],
    [`{'a': [1, NULL]}`, 'VARIANT', '{"a":[1,null]}'],
    [`MAP {'k': 1.123456789012345678}`, 'VARIANT', '{"k":1.123456789012345678}'],
    [`'{"a": 1.10}'::JSON`, 'VARIANT', '{"a": 1.10}'],
  ])('%s is held by %s', async (value, type, expected) => {
    expect(await lab.rows(await lab.extract(open(), { from: `SELECT ${value} AS c`, columns: { c: type } }))).toEqual([[expected]]);
  });

  it.each([
    ['1::BIGINT', 'FLOAT'],
    ['1.5::DOUBLE', 'NUMBER(10,2)'],
    ['INTERVAL 1 DAY', 'VARCHAR'],
    [`TIME WITH TIME ZONE '10:00:00+02'`, 'TIME'],
    [`DATE '2026-01-01'`, 'TIMESTAMP_NTZ'],
    ['[1]', 'VARCHAR'],
  ])('%s is not held by %s', async (value, type) => {
    await expect(lab.extract(open(), { from: `SELECT ${value} AS c`, columns: { c: type } })).rejects.toMatchObject({
      code: 'source/type-mismatch',
    });
  });

  it('gives the declared types', async () => {
    const report = await lab.extract(open(), { from: 'orders', columns: { id: 'INT', amount: 'NUMBER(38,4)', placed: 'TIMESTAMP_NTZ' } });
    const [{ key } = { key: '' as never }] = report.files;
    expect(await describeTestParquet(lab.store.locate(key))).toEqual(['id BIGINT', 'amount DECIMAL(38,4)', 'placed TIMESTAMP']);
  });
});

describe('windows', () => {
  it.each(['TIMESTAMP', 'TIMESTAMPTZ', 'DATE'])('of a %s watermark are half-open', async (type) => {
    const columns = { id: 'INT', placed: type === 'DATE' ? 'DATE' : 'TIMESTAMP_NTZ' };
    const window = (until: string, low?: string): ExtractWindow => ({
      kind: 'window',
      watermark: 'placed',
      until,
      lagSeconds: 0,
      nulls: 'fail',
      ...(low === undefined ? {} : { low }),
    });
    const from = `SELECT id, placed::${type} AS placed FROM orders`;
    const first = await lab.extract(open(), { from, columns, window: window('2026-01-02T00:00:00.000Z') });
    const second = await lab.extract(open(), { from, columns, window: window('2026-02-01T00:00:00.000Z', first.window.high) });
    expect([first.rows, second.rows]).toEqual(type === 'DATE' ? [1, 1] : [1, 2]);
    const now = type === 'DATE' ? '2026-01-20 00:00:00.000000000' : '2026-01-20 12:00:00.000000000';
    expect(second.window).toEqual({ low: '2026-01-02 00:00:00.000000000', high: now });
  });
});

describe('the database', () => {
  it('answers a ping', async () => {
    expect(await open().ping(signal)).toMatch(/^DuckDB v1\..+ shop\.duckdb, schema main, \d tables and views$/);
  });

  it('is free again after reading', async () => {
    await lab.extract(open(), { from: 'orders', columns: { id: 'INT' } });
    await lab.sql('CREATE OR REPLACE TABLE later AS SELECT 1 AS id', file);
    expect(await lab.extract(open(), { from: 'later', columns: { id: 'INT' } })).toMatchObject({ rows: 1 });
  });

  it.each([
    ['nowhere.duckdb', 'main', 'source/not-found'],
    ['it"s a shop.duckdb', 'nope', 'source/not-found'],
    ['garbage.duckdb', 'main', 'source/unreadable'],
  ])('%s with schema %s cannot be read', async (name, schema, code) => {
    await lab.write('garbage.duckdb', 'no database '.repeat(1000));
    await expect(open(join(lab.folder, name), schema).ping(signal)).rejects.toMatchObject({ code });
  });

  it('that another process writes to is locked, and says by whom', async () => {
    const api = createRequire(import.meta.url).resolve('@duckdb/node-api');
    const hold = `const { DuckDBInstance } = require(${JSON.stringify(api)});
      DuckDBInstance.create(process.argv[1]).then((held) => { console.log('held'); setInterval(() => held, 1000); });`;
    const child = spawn(process.execPath, ['-e', hold, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      await expect(lab.extract(open(), { from: 'orders', columns: { id: 'INT' } })).rejects.toMatchObject({
        code: 'source/locked',
        retry: 'safe',
        message: expect.stringContaining(`PID ${child.pid}`),
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    expect(await lab.extract(open(), { from: 'orders', columns: { id: 'INT' } })).toMatchObject({ rows: 3 });
  });
});
