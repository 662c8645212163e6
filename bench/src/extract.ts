import { spawn } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, createSign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { type DatasetName, type ExtractRequest, type LogicalDate, parseColumnType, type SourceColumn } from '@snowmelt/core/ports';
import { openDuckdbDatabase } from '@snowmelt/example-retail';
import { duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import { generateKeyPair } from 'snowflake-local';
import { type Benchmark, median } from './figures.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const ROWS = 500_000;
const ROUNDS = 3;
const BIN = fileURLToPath(new URL('../../packages/snowflake-local/bin/snowflake-local.js', import.meta.url));

/** The 12 columns of the table: name in the lake, type in the lake, and how it is made. */
const COLUMNS: readonly (readonly [string, string, string])[] = [
  ['order_id', 'NUMBER(18,0)', 'i::DECIMAL(18,0)'],
  ['customer_id', 'NUMBER(18,0)', '(i * 7919 % 100000)::DECIMAL(18,0)'],
  ['order_date', 'DATE', "DATE '2020-01-01' + (i % 1500)::INTEGER"],
  ['created_at', 'TIMESTAMP_NTZ', "TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND"],
  ['updated_at', 'TIMESTAMP_NTZ', "TIMESTAMP '2020-01-02' + INTERVAL (i * 3) SECOND"],
  ['amount', 'NUMBER(12,2)', '(i % 100000 / 100)::DECIMAL(12,2)'],
  ['rate', 'NUMBER(12,4)', '(i % 9999 / 10000)::DECIMAL(12,4)'],
  ['quantity', 'NUMBER(5,0)', '(i % 50)::DECIMAL(5,0)'],
  ['is_gift', 'BOOLEAN', 'i % 3 = 0'],
  ['status', 'VARCHAR', "['open', 'paid', 'returned'][1 + i % 3]"],
  ['note', 'VARCHAR', "CASE WHEN i % 3 = 0 THEN NULL ELSE 'note ' || i || ' «ü»' END"],
  ['city', 'VARCHAR', "'city ' || (i % 977)"],
];

/** Extraction to typed Parquet, ours against parsing rows in JavaScript, from the same stand-in in a process of its own. */
export const extract: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const source = await openSource(folder);
    try {
      log(
        `${ROWS.toLocaleString('en-US')} rows x ${COLUMNS.length} columns, ${ROUNDS} interleaved rounds, server beside us on the same cores`,
      );
      const ours: Measured[] = [];
      const rowWise: Measured[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(await measure(() => extractOurs(source, folder, round)));
        rowWise.push(await measure(() => extractRowWise(source, join(folder, `rows-${round}.parquet`))));
      }
      const [oursMs, rowWiseMs] = [median(ours.map(({ ms }) => ms)), median(rowWise.map(({ ms }) => ms))];
      const cpuRatio = median(rowWise.map(({ cpuMs }) => cpuMs)) / median(ours.map(({ cpuMs }) => cpuMs));
      return [
        { name: 'ours (raw transport)', value: ROWS / (oursMs / 1000), unit: 'rows/s' },
        { name: 'JSON.parse, row by row', value: ROWS / (rowWiseMs / 1000), unit: 'rows/s' },
        { name: 'ours / row by row, wall', value: rowWiseMs / oursMs, unit: 'x' },
        { name: 'ours / row by row, CPU of the client', value: cpuRatio, unit: 'x', limit: { kind: 'at least', value: 1.5 } },
        { name: 'peak memory of the client', value: process.resourceUsage().maxRSS / 1000, unit: 'MB' },
      ];
    } finally {
      await source.close();
    }
  });

interface BenchSource {
  readonly url: string;
  readonly privateKeyPem: string;
  close(): Promise<void>;
}

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
}

async function measure(act: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await act();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

async function openSource(folder: string): Promise<BenchSource> {
  const [database, publicKey] = [join(folder, 'source.duckdb'), join(folder, 'key.pub')];
  const filling = await openDuckdbDatabase(database);
  const projection = COLUMNS.map(([name, , expression]) => `${expression} AS ${name.toUpperCase()}`).join(', ');
  await filling.run(`CREATE TABLE ORDERS AS SELECT ${projection} FROM range(${ROWS}) r(i)`);
  filling.close();
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  await writeFile(publicKey, publicKeyPem);
  const child = spawn(
    process.execPath,
    [BIN, '--database', database, '--schema', 'main', '--port', '0', '--account', 'BENCH', '--user', 'BENCH', '--public-key', publicKey],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.on('close', () => reject(new Error('the stand-in did not start')));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = /Listening on (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { url, privateKeyPem, close: () => new Promise((resolve) => void child.once('close', () => resolve()).kill('SIGTERM')) };
}

async function extractOurs({ url, privateKeyPem }: BenchSource, folder: string, round: number): Promise<void> {
  const store = fsObjectStore({ root: join(folder, 'lake') });
  const session = openDuckdb({ memoryLimit: '1GB', threads: 2, tempFolder: join(folder, 'tmp') });
  try {
    const writer = duckdbParquetWriter({ session, store, spoolRoot: join(folder, 'spool') });
    const connection = {
      kind: 'snowflake' as const,
      account: 'BENCH',
      user: 'BENCH',
      privateKey: { env: 'KEY' },
      url,
      database: 'SHOP',
      schema: 'main',
    };
    const source = snowflakeSource({ connection, writer, secrets: { get: async () => privateKeyPem }, clock: systemClock() });
    const report = await source.extract(requestFor(round), { attempt: `bench-${round}`, signal: new AbortController().signal });
    if (report.rows !== ROWS) throw new Error(`${report.rows} rows arrived.`);
  } finally {
    session.close();
  }
}

function requestFor(round: number): ExtractRequest {
  const columns: SourceColumn[] = COLUMNS.map(([name, type]) => ({
    name,
    source: name.toUpperCase(),
    type: parseColumnType(type) ?? { kind: 'varchar' },
  }));
  return {
    dataset: 'bronze.orders' as DatasetName,
    relation: { kind: 'table', table: 'ORDERS' },
    columns,
    window: { kind: 'full' },
    day: '2026-01-01' as LogicalDate,
    prefix: `bronze/round-${round}/{attempt}`,
  };
}

// What a program without our transport does: parse each partition, append its cells one by one, cast in SQL.
async function extractRowWise(source: BenchSource, path: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    const names = COLUMNS.map(([name]) => name);
    await connection.run(`CREATE TABLE cells (${names.map((name) => `${name} VARCHAR`).join(', ')})`);
    const appender = await connection.createAppender('cells');
    const rows = await forEachRow(source, (row) => {
      for (const cell of row) {
        if (cell === null) appender.appendNull();
        else appender.appendVarchar(cell);
      }
      appender.endRow();
    });
    appender.closeSync();
    if (rows !== ROWS) throw new Error(`${rows} rows arrived.`);
    await connection.run(`COPY (SELECT ${COLUMNS.map(castCell).join(', ')} FROM cells) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function castCell([name, type]: readonly [string, string, string]): string {
  if (type === 'DATE') return `DATE '1970-01-01' + ${name}::INTEGER AS ${name}`;
  if (type === 'TIMESTAMP_NTZ') return `make_timestamp(replace(${name}, '.', '')::BIGINT // 1000) AS ${name}`;
  return `${name}::${type.replace('NUMBER', 'DECIMAL')} AS ${name}`;
}

async function forEachRow({ url, privateKeyPem }: BenchSource, visit: (row: readonly (string | null)[]) => void): Promise<number> {
  const headers = {
    authorization: `Bearer ${token(privateKeyPem)}`,
    'x-snowflake-authorization-token-type': 'KEYPAIR_JWT',
    'content-type': 'application/json',
  };
  const statement = `SELECT ${COLUMNS.map(([name]) => name).join(', ')} FROM ORDERS`;
  const answer = await fetch(`${url}/api/v2/statements`, { method: 'POST', headers, body: JSON.stringify({ statement, schema: 'main' }) });
  if (answer.status !== 200) throw new Error(`The stand-in answered ${answer.status}.`);
  const first = (await answer.json()) as {
    readonly statementHandle: string;
    readonly data: (string | null)[][];
    readonly resultSetMetaData: { readonly partitionInfo: readonly unknown[] };
  };
  let rows = first.data.length;
  first.data.forEach(visit);
  for (let n = 1; n < first.resultSetMetaData.partitionInfo.length; n++) {
    const partition = await fetch(`${url}/api/v2/statements/${first.statementHandle}?partition=${n}`, { headers });
    const { data } = (await partition.json()) as { readonly data: (string | null)[][] };
    rows += data.length;
    data.forEach(visit);
  }
  return rows;
}

function token(privateKeyPem: string): string {
  const key = createPrivateKey(privateKeyPem);
  const fingerprint = createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iss: `BENCH.BENCH.SHA256:${fingerprint}`, sub: 'BENCH.BENCH', iat: now, exp: now + 3000 })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}
