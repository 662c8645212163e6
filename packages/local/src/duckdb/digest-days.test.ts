import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Column, logicalDate, objectKey } from '@snowmelt/core/ports';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbDigests } from './duckdb-digests.ts';
import { openDuckdb } from './duckdb-session.ts';

const columns: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'label', type: { kind: 'varchar' } },
];
const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/local-tests' });
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-days-'));
});
afterAll(async () => {
  session.close();
  await rm(root, { recursive: true, force: true });
});

async function write(name: string, query: string): Promise<void> {
  const connection = await session.connect();
  await connection.run(`COPY (${query}) TO '${join(root, name)}' (FORMAT parquet)`);
  connection.closeSync();
}

it('sums up the rows of each day, whatever their order and their files', async () => {
  const digests = duckdbDigests({ session, store: fsObjectStore({ root }) });
  await write('a.parquet', "SELECT * FROM (VALUES (1::BIGINT, 'x'), (2, NULL)) AS r(id, label)");
  await write('b.parquet', 'SELECT * FROM (VALUES (2::BIGINT, NULL)) AS r(id, label)');
  await write('c.parquet', "SELECT * FROM (VALUES (1::BIGINT, 'x')) AS r(id, label)");
  await write('d.parquet', "SELECT * FROM (VALUES (2::BIGINT, 'x'), (1, NULL)) AS r(id, label)");
  const file = (...names: string[]) => names.map((name) => objectKey(`${name}.parquet`));
  const [one, two, three, none] = ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04'].map(logicalDate) as [never, never, never, never];
  const files = { [one]: file('a'), [two]: file('b', 'c'), [three]: file('d'), [none]: [] };
  const found = await digests.digestDays({ files, columns }, new AbortController().signal);
  expect([...found.keys()].sort()).toEqual([one, two, three]);
  expect(found.get(two)).toEqual(found.get(one));
  expect(found.get(three)).toMatchObject({ rows: 2, columns: found.get(one)?.columns });
  expect(found.get(three)?.whole).not.toBe(found.get(one)?.whole);
  expect(await digests.digestDays({ files: {}, columns }, new AbortController().signal)).toEqual(new Map());
});
