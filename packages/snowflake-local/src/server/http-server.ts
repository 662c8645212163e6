import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { TokenVerifier } from '../auth/verify-token.ts';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import { type Answer, failureAnswer } from './answers.ts';
import type { ApiRequest } from './statement-routes.ts';

const compress = promisify(gzip);
const LONGEST_BODY_BYTES = 16 * 1024 * 1024;
const WORTH_PACKING_BYTES = 2048;

/** What an HTTP server answers with. */
export interface HttpServerOptions {
  readonly verify: TokenVerifier;
  readonly route: (request: ApiRequest) => Promise<Answer>;
  readonly log: (line: string) => void;
}

/** Makes the HTTP side: who sends, which route, and the answer on the wire. */
export function httpServer({ verify, route, log }: HttpServerOptions): Server {
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
    const tokenType = request.headers['x-snowflake-authorization-token-type'];
    const user = verify({ authorization: request.headers.authorization, tokenType: Array.isArray(tokenType) ? tokenType[0] : tokenType });
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { method = 'GET' } = request;
    return route({ method, path: url.pathname, query: url.searchParams, user, body: () => readBody(request) });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new SnowflakeError('391902', '22000', 'Content-Type must be application/json.', { status: 415 });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > LONGEST_BODY_BYTES) throw new SnowflakeError('391901', '22000', 'The request body is too large.', { status: 413 });
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  response.setHeader('Content-Type', 'application/json');
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
