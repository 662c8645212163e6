import { access, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Column, type LandedFile, type ObjectStore, objectKey, type ParquetWriter, type SpooledColumn } from '@snowmelt/core/ports';
import { describeTestParquet, readTestParquet, writeTestParquet } from '@snowmelt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbParquetWriter } from './duckdb-parquet-writer.ts';
import { type DuckdbSession, openDuckdb } from './duckdb-session.ts';

let root: string;
let session: DuckdbSession;
let store: ObjectStore;
let writer: ParquetWriter;
let landings = 0;
const signal = new AbortController().signal;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-landed-'));
  session = openDuckdb({ memoryLimit: '512MB', threads: 2, tempFolder: join(root, 'temp') });
  store = fsObjectStore({ root: join(root, 'lake') });
  writer = duckdbParquetWriter({ session, store, spoolRoot: join(root, 'spool') });
});
afterAll(async () => {
  session.close();
  await rm(root, { recursive: true, force: true });
});

interface Landing {
  readonly path: string;
  readonly file: LandedFile;
  readonly prefix: string;
}

async function landing(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<Landing> {
  landings += 1;
  const path = join(root, 'stage', `${landings}`, 'data_1.snappy.parquet');
  await writeTestParquet(path, columns, rows);
  const { size } = await stat(path);
  return { path, file: { url: pathToFileURL(path).href, rows: rows.length, bytes: size }, prefix: `bronze/t/attempt${landings}` };
}

const land = (columns: readonly SpooledColumn[], files: readonly LandedFile[], prefix: string) =>
  writer.land({ files, columns, prefix, name: 'part' }, signal);

const column = (name: string, type: SpooledColumn['type'], encoding: SpooledColumn['encoding'] = 'native'): SpooledColumn => ({
  name,
  type,
  encoding,
});
const id = column('id', { kind: 'bigint' });
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('land', () => {
  it('gives files the schema and the values that fetched rows have, and removes what landed', async () => {
    const columns = [
      id,
      column('price', { kind: 'decimal', precision: 20, scale: 4 }),
      column('at', { kind: 'timestamp' }, 'epoch_us'),
      column('t', { kind: 'time' }, 'text'),
      column('day', { kind: 'date' }),
      column('bytes', { kind: 'binary' }),
    ];
    const { path, file, prefix } = await landing(
      [
        { name: 'id', type: { kind: 'decimal', precision: 38, scale: 0 } },
        { name: 'price', type: { kind: 'decimal', precision: 12, scale: 2 } },
        { name: 'at', type: { kind: 'bigint' } },
        { name: 't', type: { kind: 'varchar' } },
        { name: 'day', type: { kind: 'date' } },
        { name: 'bytes', type: { kind: 'binary' } },
      ],
      [
        ['1', '1.25', '253402300799999999', "'23:59:59.123456000'", "DATE '9999-12-31'", "'\\x00\\xFF'::BLOB"],
        ['NULL', 'NULL', '-62135596800000000', 'NULL', "DATE '0001-01-01'", 'NULL'],
      ],
    );
    const [written] = await land(columns, [file], prefix);
    expect(written).toMatchObject({ key: `${prefix}/part-00000.parquet`, rows: 2, columns: { id: { nulls: 1, min: '1', max: '1' } } });
    const target = store.locate(objectKey(`${prefix}/part-00000.parquet`));
    expect(await describeTestParquet(target)).toEqual([
      'id BIGINT',
      'price DECIMAL(20,4)',
      'at TIMESTAMP',
      't TIME',
      'day DATE',
      'bytes BLOB',
    ]);
    expect(await readTestParquet(target)).toEqual([
      ['1', '1.2500', '9999-12-31 23:59:59.999999', '23:59:59.123456', '9999-12-31', '\\x00\\xFF'],
      [null, null, '0001-01-01 00:00:00', null, '0001-01-01', null],
    ]);
    expect(await isThere(path)).toBe(false);
  });

  it.each([
    ['has fewer bytes', (file: LandedFile) => ({ ...file, bytes: file.bytes + 1 })],
    ['has fewer rows', (file: LandedFile) => ({ ...file, rows: file.rows + 1 })],
    ['is not there', (file: LandedFile) => ({ ...file, url: `${file.url}.other` })],
  ])('refuses a file that %s, and leaves it', async (_, change) => {
    const { path, file, prefix } = await landing([id], [['1']]);
    await expect(land([id], [change(file)], prefix)).rejects.toMatchObject({ code: 'source/landed-files-differ', retry: 'safe' });
    expect(await store.list(prefix)).toEqual([]);
    expect(await isThere(path)).toBe(true);
  });

  it.each([
    ['other columns', [column('other', { kind: 'bigint' })]],
    ['milliseconds in the place of an integer', [column('id', { kind: 'timestamp' })]],
    ['another type', [column('id', { kind: 'varchar' })]],
  ])('refuses %s', async (_, columns) => {
    const { file, prefix } = await landing([id], [['1']]);
    await expect(land(columns, [file], prefix)).rejects.toMatchObject({ code: 'source/landed-files-differ' });
  });

  it('refuses bytes that are no Parquet', async () => {
    const { path, file, prefix } = await landing([id], [['1']]);
    await writeFile(path, 'x'.repeat(file.bytes));
    await expect(land([id], [file], prefix)).rejects.toMatchObject({ code: 'source/landed-files-differ' });
  });

  it('refuses what would be lost, and names the column', async () => {
    const { file, prefix } = await landing([{ name: 'at', type: { kind: 'bigint' } }], [['1'], ['9223372036854775807']]);
    const failure = await land([column('at', { kind: 'timestamp' }, 'epoch_us')], [file], prefix).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'source/value-does-not-fit', at: { field: 'at' } });
    expect(String(failure)).toContain('1 value(s) of column `at`');
    expect(await store.list(prefix)).toEqual([]);
  });

  it('takes over folders of this machine only', async () => {
    const { file, prefix } = await landing([id], [['1']]);
    await expect(land([id], [{ ...file, url: 's3://bucket/x.parquet' }], prefix)).rejects.toMatchObject({
      code: 'config/invalid',
      at: { field: 'source.stage.url' },
    });
  });
});

describe('keep', () => {
  it('gives a finished file a second place, and leaves the first', async () => {
    const { file, prefix } = await landing([id], [['1']]);
    const [written] = await land([id], [file], prefix);
    if (written === undefined) throw new Error('nothing was written');
    await utimes(store.locate(written.key), new Date(0), new Date(0));
    const kept = await writer.keep(written, 'bronze/t/later');
    // Else vacuum would take it for something that was left behind long ago.
    expect((await store.list('bronze/t/later'))[0]?.modifiedAt.getFullYear()).toBeGreaterThan(2020);
    expect(kept).toEqual({ ...written, key: 'bronze/t/later/part-00000.parquet' });
    expect(await writer.keep(written, 'bronze/t/later')).toEqual(kept);
    expect(await isThere(store.locate(written.key))).toBe(true);
    expect(await writer.keep({ ...written, checksum: 'sha256:0' }, 'bronze/t/other')).toBeUndefined();
    expect(await store.list('bronze/t/other')).toEqual([]);
    expect(await writer.keep({ ...written, key: objectKey('bronze/t/gone/part-00000.parquet') }, 'bronze/t/other')).toBeUndefined();
  });
});
