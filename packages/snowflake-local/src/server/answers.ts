import { SnowflakeError } from '../errors/snowflake-error.ts';
import { demandResult, readPartition } from '../results/read-partition.ts';
import type { StoredResult } from '../results/render-query.ts';
import type { StatementOutcome } from '../statements/run-statement.ts';
import type { Statement } from '../statements/statement-registry.ts';

/** An answer before it is put on the wire. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: string | Buffer }
  /** A file that is compressed already. */
  | { readonly kind: 'gzip-file'; readonly path: string; readonly bytes: number; readonly contentType?: string };

const SUCCESS = '090001';
const RUNNING = '333334';

/** The answer of a statement that is not over yet. */
export function runningAnswer(statement: Statement): Answer {
  const message = 'Asynchronous execution in progress. Use provided query id to perform query monitoring and management.';
  return json(202, { code: RUNNING, message, statementHandle: statement.handle, statementStatusUrl: statusUrl(statement) });
}

/** The answer of a statement that failed. */
export function failureAnswer(error: SnowflakeError, statement?: Statement): Answer {
  const { code, sqlState, message, status } = error;
  const place =
    statement === undefined
      ? {}
      : { statementHandle: statement.handle, createdOn: statement.createdOn, statementStatusUrl: statusUrl(statement) };
  return json(status, { code, message, sqlState, ...place });
}

/** The answer of a statement that is over: what the result looks like, and its first partition. */
export async function resultAnswer(statement: Statement, { result, stats, parts }: StatementOutcome): Promise<Answer> {
  demandResult(result);
  const head = JSON.stringify({ resultSetMetaData: metadata(result) });
  const tail = JSON.stringify({
    code: SUCCESS,
    statementStatusUrl: statusUrl(statement),
    requestId: statement.requestId,
    sqlState: '00000',
    statementHandle: statement.handle,
    message: 'Statement executed successfully.',
    createdOn: statement.createdOn,
    ...(stats === undefined ? {} : { stats }),
    ...(parts === undefined ? {} : { statementHandles: parts }),
  });
  // `{"data":[…]}` as it is stored, between the members around it.
  const first = (await readPartition(result, 0)).subarray(1, -1);
  const body = Buffer.concat([Buffer.from(`${head.slice(0, -1)},`), first, Buffer.from(`,${tail.slice(1)}`)]);
  return { kind: 'json', status: 200, body };
}

/** The answer with one of the further partitions. @throws SnowflakeError if there is none of that number. */
export function partitionAnswer({ result }: StatementOutcome, partition: number): Answer {
  demandResult(result);
  const { content } = result.partitions[partition] ?? {};
  if (content?.kind !== 'gzip-file') {
    const message = `Invalid request: partition ${partition} does not exist, the result has ${result.partitions.length}.`;
    throw new SnowflakeError('391908', '22000', message, { status: 400 });
  }
  return content;
}

/** The answer to a cancellation. */
export function cancelAnswer(statement: Statement): Answer {
  return json(200, {
    code: '000604',
    sqlState: '57014',
    message: 'successfully canceled',
    statementHandle: statement.handle,
    statementStatusUrl: statusUrl(statement),
  });
}

function json(status: number, body: Readonly<Record<string, unknown>>): Answer {
  return { kind: 'json', status, body: JSON.stringify(body) };
}

function metadata({ columns, partitions }: StoredResult): Readonly<Record<string, unknown>> {
  return {
    numRows: partitions.reduce((sum, { rowCount }) => sum + rowCount, 0),
    format: 'jsonv2',
    // The first partition travels inside this answer, so nobody needs its compressed size.
    partitionInfo: partitions.map(({ rowCount, uncompressedSize, content }, at) =>
      at === 0 || content.kind === 'memory'
        ? { rowCount, uncompressedSize }
        : { rowCount, uncompressedSize, compressedSize: content.bytes },
    ),
    rowType: columns,
  };
}

function statusUrl({ handle, requestId }: Statement): string {
  return `/api/v2/statements/${handle}?requestId=${requestId}`;
}
