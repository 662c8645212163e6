import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse, request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';

interface Recorded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly path: string;
}

/**
 * A server that plays answers back which the stand-in gave before, from files: asked a second time for the same statement it
 * costs next to nothing, so that what is measured beside it is the client. Logins and errors always go to the stand-in.
 */
export function tapeServer(target: string, folder: string): Server {
  const tape = new Map<string, Recorded>();
  let files = 0;
  return createServer((request, response) => {
    void play(request, response).catch(() => response.destroy());
  });

  async function play(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const key = keyOf(request, body);
    const known = key === undefined ? undefined : tape.get(key);
    if (known !== undefined) return await send(known, response);
    const answer = await ask(target, request, body);
    const text = await buffer(answer);
    const { 'content-type': type = 'application/json', 'content-encoding': encoding } = answer.headers;
    const headers = {
      'content-type': type,
      'content-length': text.length,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    };
    const status = answer.statusCode ?? 500;
    if (key !== undefined && isFinal(request, status)) {
      const path = join(folder, nameOf(request.url ?? '', files++));
      await writeFile(path, text);
      tape.set(key, { status, headers, path });
    }
    response.writeHead(status, headers).end(text);
  }
}

// The same statement has the same key whoever sends it when.
function keyOf({ method, url = '/' }: IncomingMessage, body: Buffer): string | undefined {
  if (method === 'GET') return url;
  if (!/^\/(api\/v2\/statements\?|queries\/v1\/query-request)/.test(url)) return undefined;
  const text = body[0] === 0x1f ? gunzipSync(body) : body;
  const fields: { readonly statement?: string; readonly sqlText?: string } = JSON.parse(text.toString('utf8'));
  return createHash('sha256')
    .update(`${url.split('?', 1)[0]} ${fields.statement ?? fields.sqlText}`)
    .digest('hex');
}

// A statement that still runs has another answer the next time.
function isFinal({ method }: IncomingMessage, status: number): boolean {
  return status === 200 || (method === 'POST' && status === 202);
}

function nameOf(url: string, n: number): string {
  return url.includes('partition=') ? `partition-${n}.json.gz` : `answer-${n}`;
}

async function send({ status, headers, path }: Recorded, response: ServerResponse): Promise<void> {
  response.writeHead(status, headers);
  await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), response);
}

function ask(target: string, { method, url = '/', headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // The host's name stays that of the tape: addresses of chunks are made with it.
    const sent = sendRequest(`${target}${url}`, { method, headers: { ...headers, 'content-length': body.length } });
    sent.once('response', resolve).once('error', reject).end(body);
  });
}
