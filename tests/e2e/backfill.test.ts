import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const CONFIG = `import { definePipeline } from '@snowmelt/core';

const columns = { id: 'NUMBER(10,0)', amount: 'NUMBER(10,0)', changed_at: 'TIMESTAMP_NTZ' };
const cleaned = { id: { type: 'NUMBER(10,0)' }, amount: { type: 'NUMBER(10,0)' }, changed_at: { type: 'TIMESTAMP_NTZ' } };

export default definePipeline({
  name: 'deletes',
  source: { kind: 'duckdb', database: 'shop.duckdb' },
  bronze: { orders: { table: 'orders', mode: 'keys-diff', key: ['id'], watermark: 'changed_at', columns } },
  silver: {
    fact: { kind: 'event', eventTime: 'changed_at', from: 'bronze.orders', columns: cleaned },
    latest: { kind: 'snapshot', from: 'bronze.orders', columns: cleaned },
  },
});
`;

describe('a project that sees deletes in a database', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-backfill-'));
    await writeFile(join(folder, 'snowmelt.config.ts'), CONFIG);
    await change(
      "CREATE TABLE orders AS SELECT i AS id, i * 10 AS amount, TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS changed_at FROM range(4) r(i)",
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function change(sql: string): Promise<void> {
    const instance = await DuckDBInstance.create(join(folder, 'shop.duckdb'));
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
  }

  async function run(...argv: string[]): Promise<string> {
    const ended = await snowmelt([...argv, '--project', folder]);
    expect(ended).toMatchObject({ code: 0 });
    return `${ended.out}${ended.err}`;
  }

  const rows = async (table: string) => jsonLines(await run('query', `select id, amount from ${table} order by id`, '--json'));

  it('drops them from silver of both kinds, and counts them', async () => {
    await run('run', '--date', '2026-01-01');
    await change(
      "DELETE FROM orders WHERE id = 1; UPDATE orders SET amount = 21, changed_at = TIMESTAMP '2026-01-02 10:00:00' WHERE id = 2",
    );
    expect(await run('plan', '--date', '2026-01-02')).toContain('and the keys of all rows, read by DuckDB');
    expect(await run('run', '--date', '2026-01-02')).toMatch(/deleted/);
    const now = [0, 2, 3].map((id) => ({ id, amount: id === 2 ? 21 : id * 10 }));
    for (const table of ['silver.fact', 'silver.latest']) expect(await rows(table)).toEqual(now);
    expect(await run('run', '--date', '2026-01-02')).toContain('Nothing to do');
  });

  it('reads days again only where that is asked for', async () => {
    // No watermark tells of this change.
    await change('UPDATE orders SET amount = 31 WHERE id = 3');
    expect(await run('backfill', '--from', '2026-01-01', '--to', '2026-01-02')).toContain('Nothing to do');
    await run('backfill', '--from', '2026-01-01', '--to', '2026-01-02', '--refetch');
    for (const table of ['silver.fact', 'silver.latest']) expect((await rows(table)).at(-1)).toEqual({ id: 3, amount: 31 });
    expect(await run('run', '--date', '2026-01-02')).toContain('Nothing to do');
  });
});
