import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BindResult, sqlText } from '@snowmelt/core/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from './duckdb-binder.ts';
import { openDuckdb } from './duckdb-session.ts';

const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(tmpdir(), 'snowmelt-binder') });
const binder = duckdbBinder({ session });
afterAll(() => session.close());
const bind = (sql: string): Promise<BindResult> => binder.bind(sqlText(sql));

beforeAll(async () => {
  await binder.declareTable('bronze__orders', [
    { name: 'id', type: { kind: 'bigint' } },
    { name: 'name', type: { kind: 'varchar' } },
    { name: 'price', type: { kind: 'decimal', precision: 12, scale: 3 } },
    { name: 'sold_at', type: { kind: 'timestamp' } },
    { name: 'extra', type: { kind: 'json' } },
  ]);
});

describe('duckdbBinder', () => {
  it('gives the columns and types of a query', async () => {
    const sql =
      'SELECT id, upper(name) AS name, price * 2 AS double_price, sum(id) OVER () AS ids, CAST(sold_at AS DATE) AS day FROM bronze__orders';
    expect(await bind(sql)).toEqual({
      kind: 'bound',
      columns: [
        { name: 'id', type: { kind: 'bigint' } },
        { name: 'name', type: { kind: 'varchar' } },
        { name: 'double_price', type: { kind: 'decimal', precision: 18, scale: 3 } },
        { name: 'ids', type: { kind: 'decimal', precision: 38, scale: 0 } },
        { name: 'day', type: { kind: 'date' } },
      ],
    });
  });

  it('forgets an earlier table of the same name', async () => {
    await binder.declareTable('t', [{ name: 'a', type: { kind: 'bigint' } }]);
    await binder.declareTable('t', [{ name: 'a', type: { kind: 'date' } }]);
    expect(await bind('SELECT a FROM t')).toEqual({ kind: 'bound', columns: [{ name: 'a', type: { kind: 'date' } }] });
  });

  it.each([
    ['SELECT naem FROM bronze__orders', { kind: 'unknown-column', name: 'naem', candidates: ['name'], position: 7 }],
    ["SELECT 'äöü', naem FROM bronze__orders", { kind: 'unknown-column', name: 'naem', position: 14 }],
    ['SELECT o.naem FROM bronze__orders o', { kind: 'unknown-column', name: 'naem', position: 7 }],
    ['SELECT x.id FROM bronze__orders o', { kind: 'unknown-table', name: 'x', candidates: ['o'], position: 7 }],
    ['SELECT * FROM bronze__order', { kind: 'unknown-table', name: 'bronze__order', position: 14 }],
    ['SELECT sum(name) FROM bronze__orders', { kind: 'type-error', position: 7 }],
    ['SELECT id + sold_at FROM bronze__orders', { kind: 'type-error' }],
    ['SELECT sold_at - sold_at AS lasted FROM bronze__orders', { kind: 'unsupported-type', name: 'lasted' }],
    ['SELECT [id] AS list FROM bronze__orders', { kind: 'unsupported-type', name: 'list' }],
    ['SELECT id, name AS ID FROM bronze__orders', { kind: 'other', name: 'ID' }],
    ['SELECT nofunction(id) FROM bronze__orders', { kind: 'other', name: 'nofunction' }],
    ['SELEC 1', { kind: 'other', position: 0 }],
    ['DELETE FROM bronze__orders', { kind: 'other' }],
  ])('says why %s does not bind', async (sql, failure) => {
    expect(await bind(sql)).toMatchObject({ kind: 'failed', failure });
  });
});
