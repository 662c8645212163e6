import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { StoredPartition } from '../results/partition-writer.ts';
import { demandResult } from '../results/read-partition.ts';
import { type Answer, failureAnswer } from '../server/answers.ts';
import type { Statement, StatementRegistry } from '../statements/statement-registry.ts';
import type { Fields, SessionRequest } from './session-request.ts';

/** The further chunks of a result, as an answer speaks of them. */
export interface ChunkPlace {
  describe(statement: Statement, partitions: readonly StoredPartition[]): Fields;
}

/** Where chunks are fetched from: like signed addresses of an object store, without a session. */
export interface ChunkServer {
  /** Gives the place of chunks for a client that reaches the server under a host name. */
  at(host: string): ChunkPlace;
  /** Answers a request for a chunk; undefined for any other path. */
  route(request: SessionRequest): Promise<Answer> | undefined;
}

const PATH = /^\/chunks\/([0-9a-f-]{36})\/(\d{1,6})$/;
const KEY_HEADER = 'x-amz-server-side-encryption-customer-key';

/** Makes the server of chunks. A chunk is given to whoever has its signed address and the key that came along. */
export function chunkServer(registry: StatementRegistry): ChunkServer {
  const secret = randomBytes(32);
  const sign = (...parts: readonly string[]): string => createHmac('sha256', secret).update(parts.join('\n')).digest('base64url');
  const keyOf = (handle: string): Buffer => createHmac('sha256', secret).update(handle).digest();
  const fetchChunk = async ({ method, query, header }: SessionRequest, handle: string, number: string): Promise<Answer> => {
    if (method !== 'GET') return failureAnswer(notAllowed(method));
    const user = query.get('user') ?? '';
    if (!isSame(query.get('signature') ?? '', sign(user, handle, number))) return forbidden('The signature of the address is wrong.');
    if (!isSame(header(KEY_HEADER) ?? '', keyOf(handle).toString('base64'))) return forbidden('The key is missing or wrong.');
    const state = registry.find(handle, user, 'session')?.state();
    if (state?.kind !== 'done') return forbidden('The result is gone.');
    const { result } = state.outcome;
    demandResult(result);
    const content = result.partitions[Number(number)]?.content;
    if (content?.kind !== 'gzip-file') return forbidden('There is no such chunk.');
    // As object stores do: a chunk, without brackets around its rows, is not JSON.
    return { ...content, contentType: 'binary/octet-stream' };
  };
  return {
    at: (host) => ({
      describe({ handle, user }, partitions) {
        if (partitions.length < 2) return {};
        const key = keyOf(handle);
        return {
          qrmk: key.toString('base64'),
          chunkHeaders: {
            'x-amz-server-side-encryption-customer-algorithm': 'AES256',
            [KEY_HEADER]: key.toString('base64'),
            [`${KEY_HEADER}-md5`]: createHash('md5').update(key).digest('base64'),
          },
          chunks: partitions.slice(1).map(({ rowCount, uncompressedSize, content }, at) => {
            const search = new URLSearchParams({ user, signature: sign(user, handle, String(at + 1)) });
            const url = `http://${host}/chunks/${handle}/${at + 1}?${search}`;
            return { url, rowCount, uncompressedSize, compressedSize: content.kind === 'gzip-file' ? content.bytes : uncompressedSize };
          }),
        };
      },
    }),
    route(request) {
      const [, handle, number] = PATH.exec(request.path) ?? [];
      return handle === undefined || number === undefined ? undefined : fetchChunk(request, handle, number);
    },
  };
}

function forbidden(reason: string): Answer {
  return { kind: 'json', status: 403, body: JSON.stringify({ code: 'AccessDenied', message: reason }) };
}

function notAllowed(method: string): SnowflakeError {
  return new SnowflakeError('390405', '22000', `Method ${method} is not allowed here, GET is.`, { status: 405 });
}

function isSame(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)];
  return a.length === b.length && timingSafeEqual(a, b);
}
