import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import type { TokenVerifier } from '../auth/verify-token.ts';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { SessionRequest } from '../session/session-request.ts';
import { type Answer, failureAnswer } from './answers.ts';
import type { ApiRequest } from './statement-routes.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;
const WORTH_PACKING_BYTES = 2048;

/** What an HTTP server answers with. */
export interface HttpServerOptions {
  readonly verify: TokenVerifier;
  readonly route: (request: ApiRequest) => Promise<Answer>;
  /** The routes of the session protocol, which have tokens of their own; undefined for any other path. */
  readonly sessionRoute: (request: SessionRequest) => Promise<Answer> | undefined;
  readonly log: (line: string) => void;
}

/** Makes the HTTP side: who sends, which route, and the answer on the wire. */
export function httpServer({ verify, route, sessionRoute, log }: HttpServerOptions): Server {
  return createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      log(`broken connection: ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const answer = await answerOf(request).catch((error: unknown) => failureAnswer(asFailure(error)));
    await send(request, response, answer);
    const path = request.url?.split('?', 1)[0] ?? '';
    log(`${request.method} ${path} ${response.statusCode} ${Math.round(performance.now() - started)} ms`);
  }

  async function answerOf(request: IncomingMessage): Promise<Answer> {
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { method = 'GET' } = request;
    const target = { method, path: url.pathname, query: url.searchParams };
    const inSession = sessionRoute({ ...target, header, body: () => readText(request) });
    if (inSession !== undefined) return inSession;
    const user = verify({ authorization: header('authorization'), tokenType: header('x-snowflake-authorization-token-type') });
    return route({ ...target, user, body: () => readBody(request) });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new SnowflakeError('391902', '22000', 'Content-Type must be application/json.', { status: 415 });
  }
  return readText(request);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > LONGEST_BODY_BYTES) throw tooLarge();
    chunks.push(piece);
  }
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? await unpack(body) : body).toString('utf8');
}

async function unpack(body: Buffer): Promise<Buffer> {
  try {
    return await decompress(body, { maxOutputLength: LONGEST_BODY_BYTES });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge();
    throw new SnowflakeError('391908', '22000', 'Invalid request: The request body is not gzip.', { status: 400, cause });
  }
}

function tooLarge(): SnowflakeError {
  return new SnowflakeError('391901', '22000', 'The request body is too large.', { status: 413 });
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  response.setHeader('Content-Type', (answer.kind === 'gzip-file' ? answer.contentType : undefined) ?? 'application/json');
  if (answer.kind === 'gzip-file') {
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': answer.bytes });
    await pipeline(createReadStream(answer.path), response);
    return;
  }
  // A client that is still sending would wait for us to read.
  if (!request.complete) response.setHeader('Connection', 'close');
  const isPacked = answer.body.length >= WORTH_PACKING_BYTES && acceptsGzip(request);
  const body = isPacked ? await compress(answer.body, { level: constants.Z_BEST_SPEED }) : Buffer.from(answer.body);
  response.writeHead(answer.status, { ...(isPacked ? { 'Content-Encoding': 'gzip' } : {}), 'Content-Length': body.length });
  response.end(body);
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
}

function asFailure(error: unknown): SnowflakeError {
  if (error instanceof SnowflakeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SnowflakeError('000603', 'XX000', `SQL execution internal error: ${message}`);
}
