import { appendFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ExtractWindow, FileFormat, Source } from '@snowmelt/core/ports';
import { describeTestParquet, manualClock, readTestParquet } from '@snowmelt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSourceLab, type SourceLab } from '../../test-support/source-lab.ts';
import { filesSource } from './files-source.ts';

const CSV: FileFormat = { kind: 'csv', delimiter: ',', header: true, nullText: '' };
const JSONL: FileFormat = { kind: 'jsonl' };
const PARQUET: FileFormat = { kind: 'parquet' };

let lab: SourceLab;
let source: Source;

beforeAll(async () => {
  lab = await openSourceLab(manualClock('2026-01-20T12:00:00.000Z'), readTestParquet);
  source = filesSource({ folder: join(lab.folder, 'in'), session: lab.session, store: lab.store, clock: lab.clock });
});
afterAll(() => lab.close());

const write = (path: string, content: string | Uint8Array) => lab.write(`in/${path}`, content);

describe('CSV', () => {
  it('tells an empty text from no value, and keeps quotes, line breaks and delimiters', async () => {
    await write('quoted.csv', 'id,note\r\n1,""\r\n2,\r\n3,"a ""b"", c\nd"\r\n4,NULL\r\n');
    const report = await lab.extract(source, { from: 'quoted.csv', format: CSV, columns: { id: 'INT', note: 'VARCHAR' } });
    expect(await lab.rows(report)).toEqual([
      ['1', ''],
      ['2', null],
      ['3', 'a "b", c\nd'],
      ['4', 'NULL'],
    ]);
    expect(report).toMatchObject({ rows: 4, bytesFetched: 45, window: {}, statements: [] });
  });

  it('follows the declared dialect', async () => {
    await write('dialect.csv', '1;\\N;x\n2;;y\n');
    const format: FileFormat = { kind: 'csv', delimiter: ';', header: false, nullText: '\\N' };
    const columns = { id: 'INT from column0', note: 'VARCHAR from column1' };
    expect(await lab.rows(await lab.extract(source, { from: 'dialect.csv', format, columns }))).toEqual([
      ['1', null],
      ['2', ''],
    ]);
  });

  it('reads files whose columns stand in another order by their names, packed or not', async () => {
    await write('mixed/a.csv', 'id,name\n1,a\n');
    await write('mixed/b.csv', 'NAME,extra,ID\nb,x,2\n');
    await write('mixed/c.csv.gz', gzipSync('id,name\n3,c\n'));
    await write('mixed/_temporary.csv', 'broken');
    for (const from of ['mixed/?.csv', 'mixed/*.csv.gz']) {
      const rows = await lab.rows(await lab.extract(source, { from, format: CSV, columns: { id: 'INT', name: 'VARCHAR' } }));
      expect(rows).toEqual(
        from.endsWith('gz')
          ? [['3', 'c']]
          : [
              ['1', 'a'],
              ['2', 'b'],
            ],
      );
    }
  });

  it('a file that lacks a column is named by that column', async () => {
    await write('lack/a.csv', 'id,total\n1,2\n');
    await write('lack/b.csv', 'id,totl\n1,2\n');
    await expect(lab.extract(source, { from: 'lack/*.csv', format: CSV, columns: { id: 'INT', total: 'INT' } })).rejects.toMatchObject({
      code: 'source/column-missing',
      hint: expect.stringContaining('`totl`'),
      at: { dataset: 'bronze.t', field: 'total' },
    });
  });

  it('values that do not fit are counted by column and not shown', async () => {
    await write('misfit.csv', `id,amount,at\n1,1.005,2026-01-01\n${'2,7.5,2026-01-02T10:00:00.1234567\n'.repeat(2)}x777,8,2026-01-03\n`);
    const columns = { id: 'INT', amount: 'NUMBER(6,2)', at: 'TIMESTAMP_NTZ' };
    const failure = await lab.extract(source, { from: 'misfit.csv', format: CSV, columns }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'source/value-does-not-fit',
      message:
        '1 value(s) of column `id` do not fit NUMBER(18,0); 1 value(s) of column `amount` do not fit NUMBER(6,2); 2 value(s) of column `at` do not fit TIMESTAMP_NTZ.',
      at: { dataset: 'bronze.t', field: 'id' },
    });
    expect(JSON.stringify(failure)).not.toMatch(/x777|1\.005|1234567/);
    expect(await lab.store.list('bronze')).not.toContainEqual(expect.objectContaining({ sizeBytes: 0 }));
  });

  it('timestamps with an offset become UTC', async () => {
    await write('zones.csv', 'at\n2026-01-01T10:00:00Z\n2026-01-01 10:00:00.5+02:30\n2026-01-01 10:00:00 -0100\n2026-01-01\n');
    const report = await lab.extract(source, { from: 'zones.csv', format: CSV, columns: { at: 'TIMESTAMP_NTZ' } });
    expect(await lab.rows(report)).toEqual([
      ['2026-01-01 00:00:00'],
      ['2026-01-01 07:30:00.5'],
      ['2026-01-01 10:00:00'],
      ['2026-01-01 11:00:00'],
    ]);
  });

  it.each([
    ['rows of different lengths', 'ragged.csv', 'id,name\n1,a\n2\n'],
    ['a late row of another length', 'late.csv', `id,name\n${'1,a\n'.repeat(30_000)}secret\n`],
    ['text that is not UTF-8', 'latin.csv', Buffer.from('id,name\n1,secr\xe9t\n', 'latin1')],
    ['no gzip', 'plain.csv.gz', 'id,name\n1,secret\n'],
  ])('%s make the file unreadable, and nothing of it is shown', async (_what, name, content) => {
    await write(name, content);
    const failure = await lab.extract(source, { from: name, format: CSV, columns: { id: 'INT', name: 'VARCHAR' } }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'source/unreadable', message: expect.stringContaining(name) });
    expect(failure.message).not.toMatch(/secr/);
  });

  it('a file without rows brings none', async () => {
    await write('none.csv', 'id,name\n');
    expect(await lab.extract(source, { from: 'none.csv', format: CSV, columns: { id: 'INT' } })).toMatchObject({ rows: 0, files: [] });
  });
});

describe('JSON lines', () => {
  it('keep numbers as they are written, and members that are missing are NULL', async () => {
    const lines = [
      '{"id": 1, "amount": 0.12345678901234567890123, "meta": {"amount": 5.5, "tags": ["a"]}}',
      '{"meta": {"amount": 5.5}, "amount": 7.250, "id": "12345678901234567890", "ratio": 1e-7}',
      '{"id": 98765432109876543210987654321098765432, "amount": "0.00000000000000000000001", "name": "é \\" \\u00e9", "meta": null}',
      '',
      '{"id": null, "name": 17, "ratio": "NaN", "meta": "x"}',
    ];
    await write('exact.jsonl', lines.join('\n'));
    const columns = { id: 'NUMBER(38,0)', amount: 'NUMBER(38,23)', name: 'VARCHAR', ratio: 'FLOAT', meta: 'VARIANT' };
    const report = await lab.extract(source, { from: 'exact.jsonl', format: JSONL, columns });
    expect(await lab.rows(report)).toEqual([
      ['1', '0.12345678901234567890123', null, null, '{"amount":5.5,"tags":["a"]}'],
      ['12345678901234567890', '7.25000000000000000000000', null, 1e-7, '{"amount":5.5}'],
      ['98765432109876543210987654321098765432', '0.00000000000000000000001', 'é " é', null, null],
      [null, null, '17', 'NaN', '"x"'],
    ]);
  });

  it('numbers of one name that a double cannot tell apart are refused rather than mistaken', async () => {
    await write('nested.jsonl', '{"inner": {"n": 0.1}, "n": 0.10000000000000000001}\n{"inner": {"n": 0.2}, "n": 0.10000000000000000001}\n');
    const request = { from: 'nested.jsonl', format: JSONL, columns: { n: 'NUMBER(38,20)' } };
    await expect(lab.extract(source, request)).rejects.toMatchObject({ message: expect.stringMatching(/^1 value/) });
    await write('nested.jsonl', '{"inner": {"n": 0.2}, "n": 0.10000000000000000001}\n');
    expect(await lab.rows(await lab.extract(source, request))).toEqual([['0.10000000000000000001']]);
  });

  it('what would be lost is refused', async () => {
    await write(
      'lossy.jsonl',
      '{"n": 1.5, "t": 1.10, "b": 1, "d": 20260101, "x": 12}\n{"n": true, "t": ["a"], "b": "yes", "d": "2026-01-01", "x": "12"}\n',
    );
    const columns = { n: 'INT', t: 'VARCHAR', b: 'BOOLEAN', d: 'DATE', x: 'BINARY' };
    await expect(lab.extract(source, { from: 'lossy.jsonl', format: JSONL, columns })).rejects.toMatchObject({
      code: 'source/value-does-not-fit',
      message: expect.stringMatching(/^2 .*`n`.*; 2 .*`t`.*; 1 .*`b`.*; 1 .*`d`.*; 1 .*`x`/),
    });
  });

  it('a member that only a late line has is found, one that no line has is missing', async () => {
    await write('sparse.ndjson', `${'{"id": 1}\n'.repeat(10_050)}{"id": 2, "rare/~name": "r"}\n`);
    const found = await lab.extract(source, { from: 'sparse.ndjson', format: JSONL, columns: { rare: 'VARCHAR from rare/~name' } });
    expect((await lab.rows(found)).filter(([cell]) => cell !== null)).toEqual([['r']]);
    await expect(lab.extract(source, { from: 'sparse.ndjson', format: JSONL, columns: { idd: 'INT' } })).rejects.toMatchObject({
      code: 'source/column-missing',
      hint: expect.stringContaining('`id`'),
    });
    await write('empty.jsonl', '');
    expect(await lab.extract(source, { from: 'empty.jsonl', format: JSONL, columns: { idd: 'INT' } })).toMatchObject({ rows: 0 });
  });

  it.each([
    ['broken.jsonl', '{"id": 1}\n{"id": "secret\n'],
    ['array.jsonl', '[{"id": "secret"}]\n'],
    ['mixed.jsonl', '{"id": 1}\n["secret"]\n'],
    ['pretty.jsonl', '{\n  "id": "secret"\n}\n'],
  ])('%s is not JSON lines', async (name, content) => {
    await write(name, content);
    const failure = await lab.extract(source, { from: name, format: JSONL, columns: { id: 'INT' } }).catch((error) => error);
    expect(failure).toMatchObject({ code: expect.stringMatching(/^source\/(unreadable|column-missing)$/) });
    expect(failure.message).not.toContain('secret');
  });
});

describe('Parquet', () => {
  it('files of different types are each held to the contract, none is rounded to another one’s type', async () => {
    await lab.sql(`COPY (SELECT 1::INTEGER AS id, 1.5::DECIMAL(4,1) AS x) TO '${await write('types/a.parquet', '')}' (FORMAT parquet)`);
    await lab.sql(`COPY (SELECT 2.25::DECIMAL(9,2) AS x, 20000000000 AS id) TO '${await write('types/b.parquet', '')}' (FORMAT parquet)`);
    const request = { from: 'types/*.parquet', format: PARQUET, columns: { id: 'INT', x: 'NUMBER(9,2)' } };
    const report = await lab.extract(source, request);
    expect(await lab.rows(report)).toEqual([
      ['1', '1.50'],
      ['20000000000', '2.25'],
    ]);
    expect(await describeTestParquet(lab.store.locate(report.files[0]?.key ?? ('' as never)))).toEqual(['id BIGINT', 'x DECIMAL(9,2)']);
    await lab.sql(`COPY (SELECT 3.5::DOUBLE AS x, 3 AS id) TO '${await write('types/c.parquet', '')}' (FORMAT parquet)`);
    await expect(lab.extract(source, request)).rejects.toMatchObject({
      code: 'source/type-mismatch',
      message: expect.stringContaining('is DOUBLE'),
      hint: expect.stringContaining('`FLOAT`'),
    });
  });

  it('something else is unreadable', async () => {
    await write('no.parquet', 'secret');
    await expect(lab.extract(source, { from: 'no.parquet', format: PARQUET, columns: { id: 'INT' } })).rejects.toMatchObject({
      code: 'source/unreadable',
    });
  });
});

describe('windows', () => {
  const window = (until: string, low?: string): ExtractWindow => ({
    kind: 'window',
    watermark: 'at',
    until,
    lagSeconds: 600,
    nulls: 'fail',
    ...(low === undefined ? {} : { low }),
  });
  const columns = { id: 'INT', at: 'TIMESTAMP_NTZ' };

  it('bring appended files, each row once, and never reach beyond the clock minus the lag', async () => {
    await write('days/1.csv', 'id,at\n1,2026-01-01 00:00:00\n2,2026-01-02 00:00:00\n');
    const first = await lab.extract(source, { from: 'days/*.csv', format: CSV, columns, window: window('2026-01-02T00:00:00.000Z') });
    expect(first).toMatchObject({ rows: 1, window: { high: '2026-01-02 00:00:00.000000000' } });
    await write('days/2.csv', 'id,at\n3,2026-01-20T11:49:59.999999Z\n4,2026-01-20T11:50:00Z\n');
    const next = { from: 'days/*.csv', format: CSV, columns, window: window('2026-02-01T00:00:00.000Z', first.window.high) };
    const second = await lab.extract(source, next);
    expect(second).toMatchObject({ rows: 2, window: { low: first.window.high, high: '2026-01-20 11:50:00.000000000' } });
    expect((await lab.rows(first, second)).map(([id]) => id)).toEqual(['1', '2', '3']);
    const third = await lab.extract(source, { ...next, window: window('2026-02-01T00:00:00.000Z', second.window.high) });
    expect(third).toMatchObject({ rows: 0, files: [], window: { low: second.window.high, high: second.window.high } });
  });

  it('count rows without a watermark, and may leave them out', async () => {
    await write('holes.jsonl', '{"id": 1, "at": "2026-01-01"}\n{"id": 2}\n{"id": 3, "at": null}\n');
    const request = { from: 'holes.jsonl', format: JSONL, columns, window: window('2026-01-03T00:00:00.000Z') };
    await expect(lab.extract(source, request)).rejects.toMatchObject({
      code: 'source/null-watermark',
      message: expect.stringContaining('2 rows'),
    });
    const lenient = { ...request.window, nulls: 'exclude' } as ExtractWindow;
    expect(await lab.extract(source, { ...request, window: lenient })).toMatchObject({ rows: 1 });
  });

  it('need a watermark that orders', async () => {
    await write('texts.csv', 'id,at\n1,x\n');
    const request = { from: 'texts.csv', format: CSV, columns: { id: 'INT', at: 'VARCHAR' }, window: window('2026-01-03T00:00:00.000Z') };
    await expect(lab.extract(source, request)).rejects.toMatchObject({ code: 'source/unsupported-watermark' });
  });
});

describe('the folder', () => {
  it('answers a ping', async () => {
    expect(await source.ping(new AbortController().signal)).toMatch(/in: \d+ files, \d+ bytes$/);
    const empty = filesSource({ folder: join(lab.folder, 'nowhere'), session: lab.session, store: lab.store, clock: lab.clock });
    await expect(empty.ping(new AbortController().signal)).rejects.toMatchObject({ code: 'source/not-found' });
  });

  it('without a file of that name is an error', async () => {
    await expect(lab.extract(source, { from: 'nope/**/*.csv', format: CSV, columns: { id: 'INT' } })).rejects.toMatchObject({
      code: 'source/not-found',
      message: expect.stringContaining('nope/**/*.csv'),
    });
  });

  it('may have any name', async () => {
    await write('od[d] *s/a[1].csv', 'id\n7\n');
    await write('od[d] *s/a1.csv', 'id\n8\n');
    await symlink(join(lab.folder, 'in', 'od[d] *s', 'a1.csv'), join(lab.folder, 'in', 'od[d] *s', 'link.csv'));
    const odd = filesSource({ folder: join(lab.folder, 'in', 'od[d] *s'), session: lab.session, store: lab.store, clock: lab.clock });
    const idsOf = async (from: string) => (await lab.rows(await lab.extract(odd, { from, format: CSV, columns: { id: 'INT' } }))).flat();
    expect(await idsOf('a[1].csv')).toEqual(['7']);
    expect(await idsOf('**/*.csv')).toEqual(['7', '8', '8']);
  });

  it('whose files grow while they are read gives nothing', async () => {
    const path = await write('grows.csv', 'id\n1\n');
    const store = { ...lab.store, locate: (key: Parameters<typeof lab.store.locate>[0]) => lab.store.locate(key) };
    let grown: Promise<void> | undefined;
    const growing = filesSource({
      folder: join(lab.folder, 'in'),
      session: lab.session,
      clock: lab.clock,
      store: {
        ...store,
        locate: (key) => {
          grown ??= appendFile(path, '2\n');
          return store.locate(key);
        },
      },
    });
    await expect(lab.extract(growing, { from: 'grows.csv', format: CSV, columns: { id: 'INT' } })).rejects.toMatchObject({
      code: 'source/changed',
      retry: 'safe',
    });
    await grown;
  });

  it('is left alone when the run is interrupted', async () => {
    const context = { signal: AbortSignal.abort() };
    await write('stop.csv', 'id\n1\n');
    await expect(lab.extract(source, { from: 'stop.csv', format: CSV, columns: { id: 'INT' }, context })).rejects.toMatchObject({
      code: 'run/interrupted',
    });
  });
});
