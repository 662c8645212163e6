import { type IncomingHttpHeaders, type IncomingMessage, request as sendRequest } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const decompress = promisify(gunzip);

/** An answer as the server would have sent it, byte by byte. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The header by which the server knows its own requests. */
export const INNER = 'x-snowflake-local-inner';

/** Sends a request to the server itself, past the faults, and gives the whole answer. */
export async function relay(request: IncomingMessage, body: Buffer, secret: string): Promise<WholeAnswer> {
  const { 'transfer-encoding': _, expect: __, ...headers } = request.headers;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = sendRequest({
      host: '127.0.0.1',
      port: request.socket.localPort,
      method: request.method,
      path: request.url,
      agent: false,
      headers: { ...headers, connection: 'close', 'content-length': body.length, [INNER]: secret },
    });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(body);
  });
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await wholeBody(answer) };
}

/** Reads everything that a message brings. */
export async function wholeBody(message: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks);
}

/** Gives a body as text, unpacked if it is packed. */
export async function plainText(body: Buffer, headers: IncomingHttpHeaders): Promise<string> {
  const plain = headers['content-encoding'] === 'gzip' ? await decompress(body) : body;
  return plain.toString('utf8');
}
