import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DataFile, ObjectStore, ParquetWriter, SpooledColumn } from '@snowmelt/core/ports';
import { describeTestParquet, readTestParquet } from '@snowmelt/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbParquetWriter } from './duckdb-parquet-writer.ts';
import { type DuckdbSession, openDuckdb } from './duckdb-session.ts';

type Cell = string | null;
let root: string;
let session: DuckdbSession;
let store: ObjectStore;
let writer: ParquetWriter;
let spool: string;
let files = 0;
const signal = new AbortController().signal;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-writer-'));
  session = openDuckdb({ memoryLimit: '1GB', threads: 2, tempFolder: join(root, 'temp') });
  store = fsObjectStore({ root: join(root, 'lake') });
  writer = duckdbParquetWriter({ session, store, spoolRoot: join(root, 'spool') });
});
afterAll(async () => {
  session.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  spool = await writer.spoolFolder('attempt1');
});

const column = (type: SpooledColumn['type'], encoding: SpooledColumn['encoding'] = 'text', name = 'c'): SpooledColumn => ({
  name,
  type,
  encoding,
});
const text = column({ kind: 'varchar' }, 'text', 't');

async function spoolFile(content: string, isPacked = false): Promise<string> {
  files += 1;
  const path = join(spool, `${files}.json${isPacked ? '.gz' : ''}`);
  await writeFile(path, isPacked ? gzipSync(content) : content);
  return path;
}

async function write(columns: readonly SpooledColumn[], contents: readonly string[], rows: number): Promise<readonly DataFile[]> {
  const paths: string[] = [];
  for (const content of contents) paths.push(await spoolFile(content, paths.length % 2 === 1));
  files += 1;
  return await writer.write({ paths, columns, rows, prefix: 'bronze/t/attempt1', name: `part-${files}` }, signal);
}

async function rowsOf(written: readonly DataFile[]): Promise<readonly (readonly unknown[])[]> {
  const [file] = written;
  return file === undefined ? [] : await readTestParquet(store.locate(file.key));
}

async function cast(of: SpooledColumn, cells: readonly Cell[]): Promise<readonly unknown[]> {
  const rows = cells.map((cell, i) => [cell, String(i)]);
  const written = await write([of, { ...text, name: 'i' }], [JSON.stringify(rows)], rows.length);
  const sorted = [...(await rowsOf(written))].sort((a, b) => Number(a[1]) - Number(b[1]));
  return sorted.map(([value]) => value);
}

describe('duckdbParquetWriter', () => {
  it('writes plain and packed files as one, and reports it', async () => {
    const columns = [column({ kind: 'bigint' }), text];
    const written = await write(columns, ['[["1","a"],["2",null]]', '[]', '[\n["3","ü\\n\\"😀"]\n,["-4",""]]', ' [ ] '], 4);
    expect(written).toMatchObject([{ rows: 4, columns: { c: { nulls: 0, min: '-4', max: '3' }, t: { nulls: 1 } } }]);
    expect(written[0]?.key).toBe(`bronze/t/attempt1/part-${files}.parquet`);
    expect([...(await rowsOf(written))].sort()).toEqual([
      ['-4', ''],
      ['1', 'a'],
      ['2', null],
      ['3', 'ü\n"😀'],
    ]);
  });

  it('writes no file for no rows', async () => {
    expect(await write([text], [], 0)).toEqual([]);
    expect(await write([text], ['[]', '[]'], 0)).toEqual([]);
  });

  it.each([
    [column({ kind: 'bigint' }), ['999999999999999999', '-1', '5.000', null], ['999999999999999999', '-1', '5', null]],
    [
      column({ kind: 'decimal', precision: 12, scale: 3 }),
      ['1.5', '-0.001', '123456789.123', '7', '1.50000', null],
      ['1.500', '-0.001', '123456789.123', '7.000', '1.500', null],
    ],
    [
      column({ kind: 'decimal', precision: 38, scale: 0 }),
      ['99999999999999999999999999999999999999', '-12', null],
      ['99999999999999999999999999999999999999', '-12', null],
    ],
    [
      column({ kind: 'decimal', precision: 38, scale: 4 }),
      ['12345678901234567890123456789012.3456', '1.25', '-99999999999999.5'],
      ['12345678901234567890123456789012.3456', '1.2500', '-99999999999999.5000'],
    ],
    [
      column({ kind: 'decimal', precision: 20, scale: 20 }),
      ['0.12345678901234567890', '.5'],
      ['0.12345678901234567890', '0.50000000000000000000'],
    ],
    [column({ kind: 'double' }), ['1.5', 'NaN', 'Infinity', '-inf', '1e-300', null], [1.5, 'NaN', 'Infinity', '-Infinity', 1e-300, null]],
    [column({ kind: 'boolean' }), ['true', 'false', null], [true, false, null]],
    [column({ kind: 'date' }), ['2024-02-29', '0001-01-01', '9999-12-31'], ['2024-02-29', '0001-01-01', '9999-12-31']],
    [column({ kind: 'time' }), ['01:02:03', '23:59:59.123456000'], ['01:02:03', '23:59:59.123456']],
    [
      column({ kind: 'timestamp' }, 'epoch_us'),
      ['1704067200123456', '-1', '253402300799999999'],
      ['2024-01-01 00:00:00.123456', '1969-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999'],
    ],
    [
      column({ kind: 'timestamp' }),
      ['2024-01-01 10:00:00.123456', '2024-01-01T10:00:00', '2024-01-01'],
      ['2024-01-01 10:00:00.123456', '2024-01-01 10:00:00', '2024-01-01 00:00:00'],
    ],
    [column({ kind: 'binary' }, 'hex'), ['00ff', 'ABCD', ''], ['\\x00\\xFF', '\\xAB\\xCD', '']],
    [column({ kind: 'json' }), ['{"a":[1,2.50]}', 'null', null], ['{"a":[1,2.50]}', 'null', null]],
  ])('keeps every digit: $0.type $0.encoding', async (of, cells, values) => {
    expect(await cast(of, cells)).toEqual(values);
  });

  it.each([
    [column({ kind: 'bigint' }), ['1', '1.5', 'x'], 2],
    [column({ kind: 'bigint' }), ['9223372036854775808'], 1],
    [column({ kind: 'bigint' }), ['1e-3'], 1],
    [column({ kind: 'decimal', precision: 12, scale: 3 }), ['1.2345', '1.2340'], 1],
    [column({ kind: 'decimal', precision: 12, scale: 3 }), ['1E-9'], 1],
    [column({ kind: 'decimal', precision: 12, scale: 3 }), ['1234567890'], 1],
    [column({ kind: 'decimal', precision: 38, scale: 0 }), ['0.5'], 1],
    [column({ kind: 'decimal', precision: 38, scale: 4 }), ['0.12345'], 1],
    [column({ kind: 'double' }), ['one'], 1],
    [column({ kind: 'boolean' }), ['maybe'], 1],
    [column({ kind: 'date' }), ['2024-02-30'], 1],
    [column({ kind: 'date' }), ['2024-02-01 10:00:00'], 1],
    [column({ kind: 'time' }), ['10:00:00.1234567'], 1],
    [column({ kind: 'timestamp' }, 'epoch_us'), ['1.5', '9223372036854775807'], 2],
    [column({ kind: 'timestamp' }), ['2024-01-01 10:00:00 +0200', '2024-01-01 10:00:00.1234567'], 2],
    [column({ kind: 'binary' }, 'hex'), ['ABC', 'zz'], 2],
  ])('refuses what would be lost: $0.type $1', async (of, cells, misfits) => {
    const failure = await cast(of, ['', ...cells].slice(1)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/value-does-not-fit', at: { field: 'c' } });
    expect(String(failure)).toContain(`${misfits} value(s) of column \`c\``);
    for (const cell of cells) expect(String(failure)).not.toContain(`${cell} `);
    expect(await store.list(`bronze/t/attempt1/part-${files}`)).toEqual([]);
  });

  it.each([
    [{ kind: 'bigint' }, 'text', ['9223372036854775807'], ['9223372036854775808']],
    [{ kind: 'decimal', precision: 5, scale: 2 }, 'text', ['-999.99', '1', '.5'], ['1000']],
    [{ kind: 'decimal', precision: 30, scale: 10 }, 'text', ['12345678901234567890.0123456789'], ['123456789012345678901']],
    [{ kind: 'timestamp' }, 'epoch_us', ['-62135596800000000'], ['9223372036854775807']],
  ] as const)('of numbers that are exact already, refuses what the type cannot hold: $0.kind', async (type, encoding, good, bad) => {
    const proven: SpooledColumn = { ...column(type, encoding), hasExactNumbers: true };
    expect(await cast(proven, good)).toEqual(await cast(column(type, encoding), good));
    await expect(cast(proven, [...good, ...bad])).rejects.toMatchObject({ code: 'source/value-does-not-fit', at: { field: 'c' } });
  });

  it('turns decimals of any size to themselves or refuses them', async () => {
    const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max });
    const number = fc
      .tuple(fc.constantFrom('', '-'), digits(22), fc.option(digits(8)))
      .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 20 }), async (cells) => {
        const fits = cells.every((cell) => /^-?0*\d{0,16}(\.\d{0,4}0*)?$/.test(cell));
        const got = await cast(column({ kind: 'decimal', precision: 20, scale: 4 }), cells).catch((error: unknown) => error);
        if (!fits) expect(got).toMatchObject({ code: 'source/value-does-not-fit' });
        if (!fits) return;
        const exact = (value: unknown): bigint => {
          const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(String(value)) ?? [];
          return BigInt(sign === '-' ? -1 : 1) * BigInt(whole + fraction.padEnd(8, '0'));
        };
        expect((got as unknown[]).map(exact)).toEqual(cells.map(exact));
      }),
      { numRuns: 25 },
    );
  });

  it('counts what arrived', async () => {
    const failure = await write([text], ['[["1"],["2"]]'], 3).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/rows-differ' });
    expect(await store.list(`bronze/t/attempt1/part-${files}`)).toEqual([]);
    await expect(write([text], [], 1)).rejects.toMatchObject({ code: 'source/rows-differ' });
  });

  it.each([
    ['[["1"]]'],
    ['[["1","2","3"]]'],
    ['[[]]'],
    ['[["1","2"],null]'],
    ['[["1","2"],{"a":"1"}]'],
    ['[["1","2"]'],
    ['[["1","2'],
    ['{"data":[]}'],
  ])('refuses the rows %s of a table of two columns', async (content) => {
    const failure = await write([text, column({ kind: 'varchar' })], ['[["a","b"]]', content], 2).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/protocol' });
  });

  it('refuses a packed file that is cut off, and bytes that are no text', async () => {
    const whole = gzipSync(JSON.stringify(Array.from({ length: 5000 }, (_, i) => [String(i * 7919)])));
    const cut = join(spool, 'cut.json.gz');
    await writeFile(cut, whole.subarray(0, whole.length / 2));
    const noText = join(spool, 'bytes.json');
    await writeFile(noText, Buffer.from('[["\xff\xfe"]]', 'latin1'));
    for (const path of [cut, noText]) {
      const request = { paths: [path], columns: [text], rows: 5000, prefix: 'bronze/t/attempt1', name: 'bad' };
      await expect(writer.write(request, signal)).rejects.toMatchObject({ code: 'source/protocol' });
    }
  });

  it('replaces half a surrogate pair, which no Parquet text can hold', async () => {
    const written = await write([text], ['[["ok"]]', '[["a\\ud800b"],["😀"]]'], 3);
    expect([...(await rowsOf(written))].sort()).toEqual([['a\ufffdb'], ['ok'], ['😀']]);
  });

  it('reads cells of 40 MB', async () => {
    const cell = 'x'.repeat(40_000_000);
    const written = await write([text], [JSON.stringify([[cell], ['y']])], 2);
    expect(written).toMatchObject([{ rows: 2 }]);
  });

  it('names the columns as declared', async () => {
    const [file] = await write([{ ...text, name: 'with "quotes"' }], ['[["1"]]'], 1);
    expect(Object.keys(file?.columns ?? {})).toEqual(['with "quotes"']);
    expect(file === undefined ? [] : await describeTestParquet(store.locate(file.key))).toEqual(['with "quotes" VARCHAR']);
  });

  it('gives empty spool folders and clears them', async () => {
    await spoolFile('[]');
    const again = await writer.spoolFolder('attempt1');
    expect(again).toBe(spool);
    expect(await readdir(again)).toEqual([]);
    await writer.clearSpool(again);
    await expect(readdir(again)).rejects.toMatchObject({ code: 'ENOENT' });
    await writer.clearSpool(again);
  });
});
