import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const ORDERS = `id,customer,amount,note,ordered_at,loaded_at
1,ann,10.50,first,2026-01-01 10:00:00,2026-01-01 10:01:00
2,bob,20.25,,2026-01-01 11:00:00,2026-01-01 11:01:00
3,ann,30.00,late,2026-01-02 09:00:00,2026-01-02 09:01:00
4,cyd,40.00,,2026-01-03 10:00:00,2026-01-03 10:01:00
`;

const CONFIG = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'shop',
  source: { kind: 'files', folder: 'data' },
  bronze: {
    orders: {
      table: 'orders.csv', mode: 'window', watermark: 'loaded_at', key: ['id'],
      columns: { id: 'NUMBER(10,0)', customer: 'VARCHAR', amount: 'NUMBER(12,2)', note: 'VARCHAR', ordered_at: 'TIMESTAMP_NTZ', loaded_at: 'TIMESTAMP_NTZ' },
    },
  },
  silver: {
    fact_orders: {
      kind: 'event', eventTime: 'ordered_at', from: 'bronze.orders', key: ['id'], version: 'loaded_at',
      columns: {
        id: { type: 'NUMBER(10,0)' },
        customer: { type: 'VARCHAR' },
        amount: { type: 'NUMBER(12,2)' },
        note: { type: 'VARCHAR' },
        ordered_at: { type: 'TIMESTAMP_NTZ', required: true },
        loaded_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
    },
    latest: { kind: 'snapshot', sql: 'models/latest.sql' },
  },
  gold: {
    daily_sales: { kind: 'event', eventTime: 'sale_date', key: ['sale_date'], sql: 'models/daily_sales.sql' },
    notes: { kind: 'snapshot', sql: 'models/notes.sql' },
  },
});
`;
const FILES = {
  'snowmelt.config.ts': CONFIG,
  'data/orders.csv': ORDERS,
  'models/latest.sql': 'select customer, max(loaded_at) as loaded_at from silver.fact_orders group by customer\n',
  'models/daily_sales.sql': 'select ordered_at::date as sale_date, sum(amount)::number(18,2) as sales from silver.fact_orders group by 1\n',
  'models/notes.sql': "select count(*) as n from silver.fact_orders where note is not null and note <> ''\n",
};

/** A project over one CSV file, with all three layers. */
export interface Shop {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  /** Changes a text of a file, which must be there. */
  edit(path: string, from: string | RegExp, to: string): Promise<void>;
  /** Runs a command that must end well; returns all that it prints. */
  say(...argv: string[]): Promise<string>;
  /** Runs a command that must fail; returns what it says of that. */
  fail(...argv: string[]): Promise<string>;
  /** The datasets that a run made, in order. */
  made(...argv: string[]): Promise<readonly string[]>;
  /** The rows of a query. */
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Writes the project into a folder of its own. */
export async function openShop(): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-shop-'));
  const run = (argv: readonly string[]) => snowmelt([...argv, '--project', folder]);
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const say = async (...argv: string[]) => {
    const ended = await run(argv);
    expect(ended).toMatchObject({ code: 0 });
    return `${ended.out}${ended.err}`;
  };
  for (const [path, text] of Object.entries(FILES)) await write(path, text);
  return {
    folder,
    write,
    say,
    edit: async (path, from, to) => {
      const text = await readFile(join(folder, path), 'utf8');
      const edited = text.replace(from, to);
      expect(edited).not.toBe(text);
      await writeFile(join(folder, path), edited);
    },
    fail: async (...argv) => {
      const ended = await run(argv);
      expect(ended.code).not.toBe(0);
      return ended.err;
    },
    made: async (...argv) =>
      jsonLines(await say(...argv, '--json')).flatMap(({ outcome }) =>
        outcome === undefined ? [] : [String((outcome as { dataset: string }).dataset)],
      ),
    rows: async (sql) => jsonLines(await say('query', sql, '--json')),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
