import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** One HTTP request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Silence after which the connection counts as broken. */
  readonly idleTimeoutMs?: number | undefined;
  /** Leaves the body as it arrives, packed or not. */
  readonly keepPacked?: boolean;
}

/** An answer whose body is still arriving; it has to be read. */
export interface HttpAnswer {
  readonly status: number;
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter: string | undefined;
  /** The body's bytes, unpacked unless they were to be kept packed. */
  readonly body: AsyncIterable<Uint8Array>;
}

// As long as Snowflake itself may take to answer, and a good deal more.
const IDLE_TIMEOUT_MS = 120_000;
const UNPACK_CHUNK_BYTES = 512 * 1024;

/**
 * Sends a request over a connection that is kept for the next one. Not `fetch`, which unpacks in pieces of 16 KB and so
 * takes three times the processor time for large bodies.
 */
export async function httpRequest({
  method,
  url,
  headers,
  body,
  signal,
  idleTimeoutMs = IDLE_TIMEOUT_MS,
  keepPacked = false,
}: HttpRequest): Promise<HttpAnswer> {
  const start = url.startsWith('https:') ? requestHttps : requestHttp;
  const request = start(url, { method, headers: { ...headers, 'Accept-Encoding': 'gzip' }, signal });
  request.setTimeout(idleTimeoutMs, () => request.destroy(new Error(`nothing arrived for ${idleTimeoutMs / 1000} seconds`)));
  request.end(body);
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('there was no answer');
  // Errors of the body reach whoever reads it; without a listener one that comes earlier would end the process.
  response.on('error', () => {});
  request.on('error', () => {});
  const { statusCode: status = 0 } = response;
  // Failures are read as text whatever was asked for.
  const bytes = keepPacked && status === 200 ? response : unpacked(response);
  return { status, retryAfter: response.headers['retry-after'], body: bytes };
}

function unpacked(response: IncomingMessage): AsyncIterable<Uint8Array> {
  return response.headers['content-encoding'] === 'gzip' ? gunzip(response) : sniffed(response);
}

function gunzip(packed: Readable): AsyncIterable<Uint8Array> {
  return pipeline(packed, createGunzip({ chunkSize: UNPACK_CHUNK_BYTES }), () => {});
}

// A proxy may have dropped the label of what is packed; JSON never starts like this.
async function* sniffed(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = rejoin(first.value, chunks);
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? gunzip(Readable.from(all)) : all;
}

async function* rejoin(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}
