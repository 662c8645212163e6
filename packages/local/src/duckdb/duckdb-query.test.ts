import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Column, objectKey } from '@snowmelt/core/ports';
import { writeTestParquet } from '@snowmelt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { type PublishedRelation, type QueryValue, queryPublished } from './duckdb-query.ts';
import { openDuckdb } from './duckdb-session.ts';

let root: string;
let relations: readonly PublishedRelation[];
let tools: Parameters<typeof queryPublished>[0];
const columns: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'amount', type: { kind: 'decimal', precision: 20, scale: 2 } },
  { name: 'day', type: { kind: 'date' } },
];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-query-'));
  const store = fsObjectStore({ root: join(root, 'lake') });
  tools = { store, session: openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(root, 'temp') }) };
  const key = objectKey('gold/sales/part-0.parquet');
  await writeTestParquet(store.locate(key), columns, [
    ['1', '1.50', "DATE '2024-01-15'"],
    ['900719925474099100', 'NULL', 'NULL'],
  ]);
  relations = [
    { name: 'gold.sales', columns, files: [key] },
    { name: 'silver.sales', columns, files: [] },
  ];
});
afterAll(async () => {
  tools.session.close();
  await rm(root, { recursive: true, force: true });
});

async function ask(sql: string, options: { readonly limit?: number } = {}) {
  const result = await queryPublished(tools, relations, sql, options);
  const rows: (readonly QueryValue[])[] = [];
  for await (const some of result.rows) rows.push(...some);
  return { columns: result.columns, rows };
}

describe('queryPublished', () => {
  it('reads tables by their names, with exact values', async () => {
    expect(await ask('SELECT id, amount, day, id > 5 AS large FROM gold.sales ORDER BY id')).toEqual({
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'amount', type: 'DECIMAL(20,2)' },
        { name: 'day', type: 'DATE' },
        { name: 'large', type: 'BOOLEAN' },
      ],
      rows: [
        [1, '1.50', '2024-01-15', false],
        ['900719925474099100', null, null, true],
      ],
    });
  });

  it('reads a table without files, and joins', async () => {
    expect((await ask('SELECT count(*) FROM gold.sales g LEFT JOIN silver.sales s USING (id)')).rows).toEqual([[2]]);
    expect((await ask('SELECT * FROM silver.sales')).rows).toEqual([]);
  });

  it('ends at the limit, and streams what is larger than a chunk', async () => {
    expect((await ask('SELECT * FROM range(100000)', { limit: 5000 })).rows).toHaveLength(5000);
    expect((await ask('SELECT * FROM range(100000)')).rows).toHaveLength(100_000);
    expect((await ask('SELECT 1', { limit: 0 })).rows).toEqual([]);
  });

  it.each([
    ['SELECT nothing FROM gold.sales', 'nothing'],
    ['SELECT * FROM gold.other', 'other'],
    ['SELEC 1', 'SELEC'],
    ['SELECT 1; SELECT 2', 'one statement'],
    ['', 'one statement'],
    ["SELECT CAST('x' AS INT)", "'x'"],
    ['DROP VIEW gold.sales', 'Only queries'],
    ['CREATE TABLE t AS SELECT 1', 'Only queries'],
    ['SET threads = 1', 'Only queries'],
    ["ATTACH 'other.db'", 'Only queries'],
  ])('says what is wrong with %j', async (sql, words) => {
    const failure = await ask(sql).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'query/failed' });
    expect(String(failure)).toContain(words);
    expect(String(failure)).not.toContain('exception_type');
  });

  it('reads no other file and writes none', async () => {
    const secret = join(root, 'secret.csv');
    await writeFile(secret, 'a\n1\n');
    const published = tools.store.locate(objectKey('gold/sales/part-0.parquet'));
    const before = await readFile(published);
    const statements = [
      `SELECT * FROM '${secret}'`,
      `SELECT * FROM read_text('${secret}')`,
      `SELECT * FROM glob('${root}/*')`,
      `COPY (SELECT 1) TO '${published}' (USE_TMP_FILE false)`,
      `EXPLAIN ANALYZE COPY (SELECT 1) TO '${published}' (FORMAT parquet, USE_TMP_FILE false)`,
    ];
    for (const sql of statements) await expect(ask(sql)).rejects.toMatchObject({ code: 'query/failed' });
    expect((await readFile(published)).equals(before)).toBe(true);
  });
});
