import { join } from 'node:path';
import type { DatasetName, ExtractRequest, LogicalDate } from '@snowmelt/core/ports';
import { duckdbParquetWriter, fsObjectStore, openDuckdb, systemClock } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import { sourceColumns } from './tables.ts';
import type { WayRequest, WayResult } from './way.ts';

/** Ours: the transport `raw` of the Snowflake source, with the limits that `snowmelt run` has without options. */
export function goRaw(request: WayRequest): Promise<WayResult> {
  return goBy('raw', request);
}

/** Ours, as drivers fetch: the transport `chunks`, with the same limits. */
export function goChunks(request: WayRequest): Promise<WayResult> {
  return goBy('chunks', request);
}

async function goBy(transport: 'raw' | 'chunks', request: WayRequest): Promise<WayResult> {
  const { folder, served } = request;
  const store = fsObjectStore({ root: join(folder, 'lake') });
  const session = openDuckdb({ memoryLimit: '2GB', threads: 2, tempFolder: join(folder, 'tmp') });
  try {
    const writer = duckdbParquetWriter({ session, store, spoolRoot: join(folder, 'spool') });
    const connection = {
      account: 'BENCH',
      user: 'BENCH',
      privateKey: { env: 'KEY' },
      url: served?.url,
      database: 'SHOP',
      schema: 'main',
    };
    const secrets = { get: async () => served?.privateKeyPem ?? '' };
    const source = snowflakeSource({ connection, writer, secrets, clock: systemClock() });
    const report = await source.extract(extractRequest(transport, request), { attempt: 'bench', signal: new AbortController().signal });
    return { rows: report.rows, files: report.files.map(({ key }) => store.locate(key)) };
  } finally {
    session.close();
  }
}

function extractRequest(transport: 'raw' | 'chunks', { table, rows }: WayRequest): ExtractRequest {
  return {
    dataset: 'bronze.orders' as DatasetName,
    relation: { kind: 'query', sql: `SELECT * FROM ${table.toUpperCase()} LIMIT ${rows}` },
    columns: sourceColumns(table),
    window: { kind: 'full' },
    transport,
    day: '2026-01-01' as LogicalDate,
    prefix: `bronze/${table}/{attempt}`,
  };
}
