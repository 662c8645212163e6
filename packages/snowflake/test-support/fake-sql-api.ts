import { gzipSync } from 'node:zlib';
import type { ResultColumn } from '../src/client/result-metadata.ts';
import type { Reply, SeenRequest } from './scripted-server.ts';

/** The result of one statement, as a test states it. */
export interface FakeResult {
  readonly columns?: readonly ResultColumn[];
  readonly partitions: readonly (readonly (readonly (string | null)[])[])[];
}

/** Text column of a result. */
export function column(name: string, type = 'text', precision = 38, scale = 0): ResultColumn {
  return { name, type, precision, scale };
}

/** Answers statements by `resultOf`; asynchronous ones are reported as running `polls` times before. */
export function fakeSqlApi(resultOf: (sql: string) => FakeResult, polls = 1): (request: SeenRequest) => Reply {
  const results: FakeResult[] = [];
  const asked: number[] = [];
  return ({ method, path, query, body }) => {
    if (method === 'POST' && path.endsWith('/cancel')) return { body: '{}' };
    if (method === 'POST') {
      results.push(resultOf(JSON.parse(body).statement));
      const handle = results.length - 1;
      return query.get('async') === 'true' ? running(handle) : finished(handle, results[handle]);
    }
    const handle = Number(path.split('/').at(-1)?.replace('handle-', ''));
    const partition = query.get('partition');
    if (partition !== null) return partitionReply(results[handle], Number(partition));
    asked[handle] = (asked[handle] ?? 0) + 1;
    return (asked[handle] ?? 0) <= polls ? running(handle) : finished(handle, results[handle]);
  };
}

function running(handle: number): Reply {
  return { status: 202, body: JSON.stringify({ code: '333334', statementHandle: `handle-${handle}`, message: 'Running.' }) };
}

/** The answer about a finished statement; its members stand in Snowflake's order. */
export function finished(handle: number, result: FakeResult | undefined): Reply {
  const { columns = [], partitions = [] } = result ?? {};
  const metadata = {
    numRows: partitions.reduce((sum, rows) => sum + rows.length, 0),
    format: 'jsonv2',
    partitionInfo: partitions.map((rows) => ({ rowCount: rows.length, uncompressedSize: JSON.stringify(rows).length })),
    rowType: columns.map((one) => ({ ...one, nullable: true })),
  };
  const body = { resultSetMetaData: metadata, data: partitions[0] ?? [], code: '090001', statementHandle: `handle-${handle}` };
  return { body: JSON.stringify(body) };
}

function partitionReply(result: FakeResult | undefined, partition: number): Reply {
  const body = gzipSync(JSON.stringify({ data: result?.partitions[partition] ?? [] }));
  return { headers: { 'content-encoding': 'gzip' }, body };
}
