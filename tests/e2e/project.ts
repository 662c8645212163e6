import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Graph } from '@snowmelt/core/pipeline';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { makeToken } from '../../packages/snowflake-local/src/testing/sql-api.ts';
import { snowmelt } from './run-snowmelt.ts';

/** A temporary project over a stand-in Snowflake, with what a process needs to reach it. */
export interface TestProject {
  readonly folder: string;
  readonly lake: string;
  readonly server: RunningServer;
  readonly env: Readonly<Record<string, string>>;
  write(path: string, text: string): Promise<void>;
  /** The graph that the last command compiled. */
  graph(): Promise<Graph>;
  close(): Promise<void>;
}

/** Writes a project and starts its source. */
export async function openTestProject(files: Readonly<Record<string, string>>): Promise<TestProject> {
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-e2e-'));
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  const server = await startServer({ database: ':memory:', account: 'TEST', users: [{ name: 'TESTER', publicKeyPem }] });
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    folder,
    lake: join(folder, 'lake'),
    server,
    env: { SNOWFLAKE_URL: server.url, SNOWFLAKE_ACCOUNT: 'TEST', SNOWFLAKE_USER: 'TESTER', SNOWFLAKE_PRIVATE_KEY: privateKeyPem },
    write,
    graph: async () => {
      const check = await snowmelt(['check', '--project', folder], { env: { SNOWFLAKE_URL: server.url } });
      if (check.code !== 0) throw new Error(check.err);
      const cache = join(folder, '.snowmelt', 'cache');
      const [name = ''] = (await readdir(cache)).filter((file) => file.startsWith('graph-'));
      return (JSON.parse(await readFile(join(cache, name), 'utf8')) as { graph: Graph }).graph;
    },
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a statement through the server's API, as any client would. */
export async function runOverTheWire({ server, env }: Pick<TestProject, 'server' | 'env'>, statement: string): Promise<void> {
  const privateKeyPem = env['SNOWFLAKE_PRIVATE_KEY'] ?? '';
  const publicKeyPem = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }).toString();
  const token = makeToken({ account: 'TEST', user: 'TESTER', privateKeyPem, publicKeyPem });
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'X-Snowflake-Authorization-Token-Type': 'KEYPAIR_JWT',
  };
  const body = JSON.stringify({ statement, database: 'SHOP', schema: 'PUBLIC' });
  const answer = await fetch(`${server.url}/api/v2/statements`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`${statement}: ${await answer.text()}`);
}

/** A pipeline of one table, to all three layers. */
export const SMALL_PIPELINE: Readonly<Record<string, string>> = {
  'snowmelt.config.ts': `import { definePipeline } from '@snowmelt/core';

const { SNOWFLAKE_ACCOUNT = 'TEST', SNOWFLAKE_USER = 'TESTER', SNOWFLAKE_URL = 'http://127.0.0.1:9' } = process.env;

export default definePipeline({
  name: 'small',
  source: { kind: 'snowflake', account: SNOWFLAKE_ACCOUNT, user: SNOWFLAKE_USER, url: SNOWFLAKE_URL, privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP', warehouse: 'LOADING' },
  bronze: {
    orders: {
      table: 'ORDERS', mode: 'window', watermark: 'loaded_at', key: ['id'],
      columns: { id: 'NUMBER(10,0)', amount: 'NUMBER(12,2)', ordered_at: 'TIMESTAMP_NTZ', loaded_at: 'TIMESTAMP_NTZ' },
    },
  },
  silver: {
    fact_orders: {
      kind: 'event', eventTime: 'ordered_at', from: 'bronze.orders', key: ['id'], version: 'loaded_at',
      columns: {
        id: { type: 'NUMBER(10,0)' },
        amount: { type: 'NUMBER(12,2)', range: { min: 0 } },
        ordered_at: { type: 'TIMESTAMP_NTZ', required: true },
        loaded_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
    },
  },
  gold: { daily_sales: { kind: 'event', eventTime: 'sale_date', key: ['sale_date'], sql: 'models/daily_sales.sql' } },
});
`,
  'models/daily_sales.sql':
    'select ordered_at::date as sale_date, count(*) as orders, sum(amount)::number(18,2) as sales from silver.fact_orders group by 1\n',
};

/** Fills the source of {@link SMALL_PIPELINE}: three days of orders, one refused, one late, one corrected. */
export async function fillSmallSource(server: RunningServer): Promise<void> {
  await server.database.run('CREATE TABLE ORDERS (ID DECIMAL(10,0), AMOUNT DECIMAL(12,2), ORDERED_AT TIMESTAMP, LOADED_AT TIMESTAMP)');
  await server.database.run(`INSERT INTO ORDERS VALUES
    (1, 10.50, '2026-01-01 10:00:00', '2026-01-01 10:01:00'), (2, 20.25, '2026-01-01 11:00:00', '2026-01-01 11:01:00'),
    (3, -1.00, '2026-01-02 09:00:00', '2026-01-02 09:01:00'), (4, 40.00, '2026-01-02 10:00:00', '2026-01-02 10:01:00'),
    (5, 50.00, '2026-01-01 12:00:00', '2026-01-02 12:01:00'), (1, 11.50, '2026-01-01 10:00:00', '2026-01-03 08:00:00'),
    (6, 60.00, '2026-01-03 10:00:00', '2026-01-03 10:01:00')`);
}
