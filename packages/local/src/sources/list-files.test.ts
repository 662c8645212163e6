import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from './list-files.ts';

const FILES = ['a.csv', 'B.csv', '_tmp.csv', '.hidden.csv', 'x+y.csv', 'd/a.csv', 'd/e/b.csv', '_d/a.csv', 'd/.e/c.csv', 'year=2024/1.csv'];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-list-'));
  for (const file of FILES) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), file);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('listFiles', () => {
  it.each([
    ['*.csv', ['B.csv', 'a.csv', 'x+y.csv']],
    ['?.csv', ['B.csv', 'a.csv']],
    ['x+y.csv', ['x+y.csv']],
    ['_tmp.csv', ['_tmp.csv']],
    ['_*.csv', ['_tmp.csv']],
    ['*/*.csv', ['d/a.csv', 'year=2024/1.csv']],
    ['_d/*', ['_d/a.csv']],
    ['**/*.csv', ['B.csv', 'a.csv', 'd/a.csv', 'd/e/b.csv', 'x+y.csv', 'year=2024/1.csv']],
    ['d/**', ['d/a.csv', 'd/e/b.csv']],
    ['**/b.csv', ['d/e/b.csv']],
    ['./d//a.csv', ['d/a.csv']],
    ['*.parquet', []],
    ['nope/*.csv', []],
    ['d', []],
    ['a.csv/*', []],
  ])('%s', async (pattern, expected) => {
    const found = await listFiles(folder, pattern);
    expect(found.map(({ path }) => path.slice(folder.length + 1))).toEqual(expected);
    for (const { path, bytes } of found) expect(bytes).toBe(path.length - folder.length - 1);
  });
});
