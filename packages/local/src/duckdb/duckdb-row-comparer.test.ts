import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Column, type FixtureRow, logicalDate, objectKey } from '@snowmelt/core/ports';
import { afterAll, describe, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbFixtures } from './duckdb-fixtures.ts';
import { duckdbRowComparer } from './duckdb-row-comparer.ts';
import { openDuckdb } from './duckdb-session.ts';

const folder = await mkdtemp(join(tmpdir(), 'snowmelt-comparer-'));
const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: join(folder, 'tmp') });
const store = fsObjectStore({ root: join(folder, 'lake') });
const tools = { session, store };
afterAll(async () => {
  session.close();
  await rm(folder, { recursive: true, force: true });
});

const COLUMNS: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'text', type: { kind: 'varchar' } },
  { name: 'weight', type: { kind: 'double' } },
];
const { signal } = new AbortController();
let files = 0;

async function write(rows: readonly FixtureRow[], day = '2024-01-01', columns = COLUMNS) {
  files += 1;
  const key = objectKey(`f/${files}.parquet`);
  await duckdbFixtures(tools).write(key, columns, rows);
  return { day: logicalDate(day), key };
}

const row = (id: string, text: string | null, weight: string | null): FixtureRow => ({ id, text, weight });

async function compare(left: Awaited<ReturnType<typeof write>>, right: Awaited<ReturnType<typeof write>>) {
  return await duckdbRowComparer(tools).compare({ columns: COLUMNS, left: [left], right: [right], tolerance: 1e-9, shown: 5 }, signal);
}

describe('rows', () => {
  it('agree in any order, with gaps, two zeros, and doubles that are a little apart', async () => {
    const rows = [row('1', 'a', '0.3'), row('2', null, null), row('2', null, null), row('3', '', '-0.0'), row('4', 'x', 'NaN')];
    const others = [
      row('4', 'x', 'NaN'),
      row('3', '', '0'),
      row('2', null, null),
      row('1', 'a', '0.30000000000000004'),
      row('2', null, null),
    ];
    expect(await compare(await write(rows), await write(others))).toEqual({
      types: [],
      columns: [],
      rows: { left: 5, right: 5 },
      lonely: { left: 0, right: 0 },
      examples: { left: [], right: [] },
    });
  });

  it.each<[string, readonly FixtureRow[], readonly FixtureRow[], readonly string[]]>([
    ['a value', [row('1', 'a', '1')], [row('1', 'b', '1')], ['text']],
    ['a double that is too far away', [row('1', 'a', '1')], [row('1', 'a', '1.00001')], ['weight']],
    ['NaN and no value', [row('1', 'a', 'NaN')], [row('1', 'a', null)], ['weight']],
    ['a row that is there twice', [row('1', 'a', '1')], [row('1', 'a', '1'), row('1', 'a', '1')], ['id', 'text', 'weight']],
    ['values that changed places', [row('1', 'a', '1'), row('2', 'b', '1')], [row('1', 'b', '1'), row('2', 'a', '1')], []],
  ])('differ by %s', async (_name, left, right, columns) => {
    const found = await compare(await write(left), await write(right));
    expect(found.columns).toEqual(columns);
    expect(found.lonely.left + found.lonely.right).toBeGreaterThan(0);
  });

  it('differ by their day and by how they are stored', async () => {
    const rows = [row('1', 'a', '1')];
    const moved = await compare(await write(rows), await write(rows, '2024-01-02'));
    expect(moved.lonely).toEqual({ left: 1, right: 1 });
    expect(moved.examples.right).toEqual([{ _day: '2024-01-02', id: '1', text: 'a', weight: '1.0' }]);
    const [id, ...others] = COLUMNS;
    const text: Column = { name: id?.name ?? '', type: { kind: 'varchar' } };
    const stored = await compare(await write(rows), await write(rows, '2024-01-01', [text, ...others]));
    expect(stored.types).toEqual([{ column: 'id', left: 'BIGINT', right: 'VARCHAR' }]);
  });
});

it('finds rows by a value of theirs', async () => {
  const { key } = await write([row('1', 'a', '1'), row('2', 'b', '1'), row('3', 'a', '1')]);
  const found = await duckdbRowComparer(tools).find({ files: [key], columns: COLUMNS, having: { text: ['a'] }, limit: 9 }, signal);
  expect(found.map(({ id }) => id)).toEqual(['1', '3']);
});
