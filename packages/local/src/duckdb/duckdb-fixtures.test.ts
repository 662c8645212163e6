import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Column, objectKey, parseColumnType } from '@snowmelt/core/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbFixtures } from './duckdb-fixtures.ts';
import { openDuckdb } from './duckdb-session.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/local-tests' });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-fixtures-'));
});
afterAll(async () => {
  session.close();
  await rm(folder, { recursive: true, force: true });
});

const column = (name: string, spelling: string): Column => ({ name, type: parseColumnType(spelling) ?? { kind: 'varchar' } });
const COLUMNS = [
  column('n', 'NUMBER(18,0)'),
  column('d', 'NUMBER(12,2)'),
  column('t', 'TIMESTAMP_NTZ'),
  column('b', 'BINARY'),
  column('v', 'VARCHAR'),
  column('f', 'FLOAT'),
  column('y', 'BOOLEAN'),
];

describe('rows of tests', () => {
  it('come back as they were written, in their order, whatever the way', async () => {
    const fixtures = duckdbFixtures({ session, store: fsObjectStore({ root: folder }) });
    const rows = [
      { n: '2', d: '1.5', t: '2026-01-05T10:00:00Z', b: '00ff', v: "it's", f: '0.1', y: 'TRUE' },
      { n: '1', v: '' },
      { n: null, d: null },
    ];
    const texts = [
      { n: '2', d: '1.50', t: '2026-01-05 10:00:00', b: '00FF', v: "it's", f: '0.1', y: 'true' },
      { n: '1', d: null, t: null, b: null, v: '', f: null, y: null },
      { n: null, d: null, t: null, b: null, v: null, f: null, y: null },
    ];
    expect(await fixtures.normalise(COLUMNS, rows)).toEqual(texts);
    const files = await Promise.all(
      ['b', 'a'].map((name, i) => fixtures.write(objectKey(`x/${name}.parquet`), COLUMNS, i === 0 ? rows : [])),
    );
    expect(files.map((file) => file.rows)).toEqual([3, 0]);
    expect(
      await fixtures.read(
        files.map(({ key }) => key),
        COLUMNS,
      ),
    ).toEqual(texts);
  });

  it('that are none of their type are refused without being shown', async () => {
    const fixtures = duckdbFixtures({ session, store: fsObjectStore({ root: folder }) });
    const refused = fixtures.normalise(COLUMNS, [{ t: '2026-01-05' }, { t: 'SECRET' }]);
    await expect(refused).rejects.toMatchObject({ code: 'test/invalid', message: 'Row 2: the value of `t` does not fit its type.' });
    await expect(fixtures.write(objectKey('x/c.parquet'), COLUMNS, [{ n: '99999999999999999999' }])).rejects.toMatchObject({
      at: { field: 'n' },
    });
  });
});
