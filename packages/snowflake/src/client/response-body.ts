import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { protocolError, type RequestPlace } from './source-errors.ts';

/** Gives a response's bytes as they arrive, unpacked. */
export async function* responseBody(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const chunks = response.body[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = rejoin(first.value, chunks);
  // fetch unpacks what is labelled; a proxy may have dropped the label.
  yield* isGzip(first.value) ? gunzip(all) : all;
}

async function* rejoin(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

// An error of the source destroys the last stream, whose reader then sees it.
function gunzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(chunks), createGunzip(), () => {});
}

/** Reads a small answer whole. @throws source/protocol if it is not JSON */
export async function readJson(body: AsyncIterable<Uint8Array>, place: RequestPlace): Promise<unknown> {
  const bytes = await buffer(body);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the text, which may hold rows.
    throw protocolError(place, 'not JSON');
  }
}
